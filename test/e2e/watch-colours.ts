import type { Page } from 'playwright-core'

/** What was drawn from one moment on: colours as `r,g,b`. */
export interface ColoursSeen {
  at: number
  middle: string
  /** of places around the middle, all in one */
  street: string
}

interface Watch {
  seen: ColoursSeen[]
  frames: number
}

/** Begin to note, in every frame, the colour of the middle of the map and of places around it, whenever one differs. */
export async function watchColours(page: Page): Promise<void> {
  await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas.maplibregl-canvas')!
    const gl = canvas.getContext('webgl2')!
    const watch: Watch = { seen: [], frames: 0 }
    Object.assign(globalThis, { colourWatch: watch })
    const read = (dx: number, dy: number) => {
      const pixel = new Uint8Array(4)
      const x = Math.round((canvas.width / canvas.clientWidth) * (canvas.clientWidth / 2 + dx))
      const y = Math.round((canvas.height / canvas.clientHeight) * (canvas.clientHeight / 2 - dy))
      gl.readPixels(x, y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel)
      return pixel.slice(0, 3).join()
    }
    const look = () => {
      watch.frames++
      const next = { middle: read(0, 0), street: [read(-130, -90), read(130, 90), read(-130, 90), read(130, -90)].join(' ') }
      const last = watch.seen.at(-1)
      if (!last || last.middle !== next.middle || last.street !== next.street) watch.seen.push({ at: Date.now(), ...next })
      requestAnimationFrame(look)
    }
    look()
  })
}

/** Forget what was seen so far. */
export async function watchMiddle(page: Page): Promise<void> {
  await page.evaluate(() => void ((globalThis as unknown as { colourWatch: Watch }).colourWatch.seen = []))
}

export async function readColours(page: Page): Promise<ColoursSeen[]> {
  return page.evaluate(() => (globalThis as unknown as { colourWatch: Watch }).colourWatch.seen)
}

export async function countFrames(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as { colourWatch: Watch }).colourWatch.frames)
}
