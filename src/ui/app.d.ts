import type { Municipality } from '#src/land/places/types.ts'

declare global {
  namespace App {
    interface Error {
      message: string
      /** Code of the problem (RFC 9457 `type`), when the API gave one. */
      code?: string
      /** What happened and what to do, in the language of the page. */
      detail?: string
    }
    interface PageData {
      municipality?: Municipality | null
      /** The database does not answer now. */
      isAway?: boolean
    }
  }
}

export {}
