import adapter from '@sveltejs/adapter-node'
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte'

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  kit: {
    adapter: adapter({ out: 'build', precompress: true, envPrefix: 'BARZAN_KIT_' }),
    files: { routes: 'src/routes', appTemplate: 'src/ui/app.html', assets: 'src/ui/static', hooks: { server: 'src/hooks.server.ts', universal: 'src/hooks.ts' } },
    alias: {},
  },
}
