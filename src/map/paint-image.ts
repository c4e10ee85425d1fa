/** An image made on a canvas for the map: pixels and how many of them make one CSS pixel. */
export interface DrawnImage {
  data: ImageData
  pixelRatio: number
}
export type Pen = CanvasRenderingContext2D

const PIXEL_RATIO = 2

/** Paint a square image of `size` CSS pixels, sharp on dense screens. */
export function paintImage(size: number, draw: (pen: Pen) => void): DrawnImage {
  const pixels = Math.round(size * PIXEL_RATIO)
  const canvas = document.createElement('canvas')
  canvas.width = pixels
  canvas.height = pixels
  // Read back at once: the processor's memory is the place for it.
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  if (pen === null) throw new Error('This browser gives no 2D canvas')
  pen.scale(pixels / size, pixels / size)
  draw(pen)
  return { data: pen.getImageData(0, 0, pixels, pixels), pixelRatio: PIXEL_RATIO }
}
