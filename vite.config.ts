import { paraglideVitePlugin } from '@inlang/paraglide-js'
import { sveltekit } from '@sveltejs/kit/vite'
import { defineConfig } from 'vite'
import { subsetVazirmatn } from './src/ui/fonts/subset-vazirmatn.ts'

export default defineConfig({
  plugins: [
    subsetVazirmatn(),
    // Messages are compiled into functions: only the words a page uses reach the browser. Persian at /, English at /en.
    paraglideVitePlugin({
      project: './src/ui/project.inlang',
      outdir: './src/ui/paraglide',
      strategy: ['url', 'baseLocale'],
      isServer: 'import.meta.env.SSR',
    }),
    sveltekit(),
  ],
  build: {
    target: 'es2022',
    // What four or more pages share is one file: half the requests on a slow line.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'base', minShareCount: 4 }] } } },
  },
})
