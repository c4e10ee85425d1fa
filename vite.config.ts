import { paraglideVitePlugin } from '@inlang/paraglide-js'
import { sveltekit } from '@sveltejs/kit/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [
    paraglideVitePlugin({ project: './src/ui/project.inlang', outdir: './src/ui/paraglide', strategy: ['url', 'baseLocale'] }),
    sveltekit(),
  ],
  build: { target: 'es2022' },
})
