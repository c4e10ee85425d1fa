import { toast } from '#src/ui/components/announce.svelte.ts'
import { m } from '#src/ui/paraglide/messages.js'

/** Pass a link on: by the phone's own way where there is one, else it is copied. */
export async function shareLink(url: string, title: string): Promise<void> {
  if (matchMedia('(pointer: coarse)').matches && 'share' in navigator) {
    // Closed without choosing: nothing to say.
    return navigator.share({ url, title }).catch(() => {})
  }
  await navigator.clipboard.writeText(url)
  toast(m.map_link_copied())
}
