/** The file or the request cannot be imported; the message is a sentence for the person who asked. Nothing was changed. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError'
}

/** The command line is not right: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
