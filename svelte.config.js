import adapter from '@sveltejs/adapter-node'
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte'

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  kit: {
    // Each build in a folder of its own: src/setup/build-pages.mjs.
    adapter: adapter({ out: process.env.BARZAN_BUILD ?? 'build/by-hand', precompress: true, envPrefix: 'BARZAN_KIT_' }),
    files: {
      routes: 'src/routes',
      appTemplate: 'src/ui/app.html',
      errorTemplate: 'src/ui/error.html',
      assets: 'src/ui/static',
      hooks: { server: 'src/hooks.server.ts', universal: 'src/hooks.ts' },
    },
    // Nothing is loaded from another host; MapLibre's workers and sprites are blobs of our own.
    csp: {
      mode: 'nonce',
      directives: {
        'default-src': ['self'],
        'script-src': ['self'],
        'style-src': ['self', 'unsafe-inline'],
        'img-src': ['self', 'data:', 'blob:'],
        'font-src': ['self', 'data:'],
        'connect-src': ['self', 'blob:', 'data:'],
        'worker-src': ['self', 'blob:'],
        'object-src': ['none'],
        'base-uri': ['self'],
        'form-action': ['self'],
        'frame-ancestors': ['none'],
      },
    },
  },
}
