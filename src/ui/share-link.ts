import { copyText } from './copy-text.ts'
import { toast } from './components/announce.svelte.ts'

/** Pass a link on: by the phone's own way where there is one, else it is copied and `copied` says so. */
export async function shareLink(url: string, title: string, copied: string): Promise<void> {
  if (matchMedia('(pointer: coarse)').matches && 'share' in navigator) {
    // Closed without choosing: nothing to say.
    return navigator.share({ url, title }).catch(() => {})
  }
  await copyText(url)
  toast(copied)
}
