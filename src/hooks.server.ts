import { building, dev } from '$app/environment'
import type { Handle, HandleFetch } from '@sveltejs/kit'
import { compressPage } from '#src/http/compress-page.ts'
import { fetchInside } from '#src/http/inside-fetch.ts'
import { paraglideMiddleware } from '#src/ui/paraglide/server.js'

/** Language and direction by the address, theme by the cookie, both in the first byte of the page: nothing flashes. */
export const handle: Handle = ({ event, resolve }) =>
  paraglideMiddleware(event.request, async ({ request, locale }) => {
    event.request = request
    const theme = event.cookies.get('theme') === 'dark' ? 'dark' : 'light'
    const page = await resolve(event, {
      transformPageChunk: ({ html }) =>
        html
          .replace('%barzan.lang%', locale)
          .replace('%barzan.dir%', locale === 'fa' ? 'rtl' : 'ltr')
          .replace('%barzan.theme%', theme),
      preload: ({ type }) => type !== 'asset',
      filterSerializedResponseHeaders: (name) => name === 'content-type',
    })
    return building || dev ? page : compressPage(page, request.headers.get('accept-encoding'))
  })

/** Pages ask the HTTP API like anyone else; during server rendering the request is answered inside this process. */
export const handleFetch: HandleFetch = async ({ event, request, fetch }) =>
  (await fetchInside(request, event.url.origin)) ?? fetch(request)
