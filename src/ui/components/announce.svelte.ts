/** What the live region of the page says to screen readers, and what the toast shows for a few seconds. */
export const live = $state<{ said: string; toast: string | null }>({ said: '', toast: null })

let timer: ReturnType<typeof setTimeout> | undefined

/** Say something to screen readers; the same words twice are said twice. */
export function announce(text: string): void {
  live.said = live.said === text ? `${text}\u200b` : text
}

/** Show a short message for eight seconds, and say it. */
export function toast(text: string): void {
  announce(text)
  live.toast = text
  clearTimeout(timer)
  timer = setTimeout(() => (live.toast = null), 8000)
}
