import { paintImage, type DrawnImage } from './paint-image.ts'
import { mixColours, type LandUseHue, type Palette } from './palette.ts'

/** A glyph drawn in a box of 24, and the land use whose hue it takes. */
interface FacilityIcon {
  use: LandUseHue
  path: string
}

/** Facilities by kind. Drawn by us. */
export const FACILITY_ICONS: Record<string, FacilityIcon> = {
  school: { use: 'EDU', path: 'M3 9l9-4 9 4-9 4zM7 11.5V16c1.5 1.6 8.5 1.6 10 0v-4.5M21 9v6' },
  university: { use: 'HED', path: 'M3 9l9-4 9 4-9 4zM7 11.5V16c1.5 1.6 8.5 1.6 10 0v-4.5M21 9v6' },
  mosque: { use: 'REL', path: 'M5 20v-7c0-4 4-5 7-8 3 3 7 4 7 8v7zM10 20v-3a2 2 0 0 1 4 0v3M12 5V2.5' },
  clinic: { use: 'HLT', path: 'M12 5v14M5 12h14' },
  hospital: { use: 'HLT', path: 'M6 4v16M18 4v16M6 12h12' },
  park: { use: 'GRN', path: 'M12 21v-7M12 14a5.5 5.5 0 1 1 0-11 5.5 5.5 0 0 1 0 11zM12 11l2.6-2.4' },
  'fire-station': {
    use: 'UEQ',
    path: 'M12 3c1 4 6 6 6 11a6 6 0 0 1-12 0c0-3 2-4 2.500-6 1.500 1 2 2 2.200 3.200C12.500 9.500 12.800 6 12 3z',
  },
  bazaar: { use: 'COM', path: 'M4 10l1.500-5h13L20 10M4 10c0 3 4 3 4 0 0 3 4 3 4 0 0 3 4 3 4 0 0 3 4 3 4 0M6 13v7h12v-7' },
  market: { use: 'COM', path: 'M4 10l1.500-5h13L20 10M4 10c0 3 4 3 4 0 0 3 4 3 4 0 0 3 4 3 4 0 0 3 4 3 4 0M6 13v7h12v-7' },
  municipality: { use: 'ADM', path: 'M4 10l8-5 8 5zM6 10v7M10 10v7M14 10v7M18 10v7M4 20h16M5 17h14' },
  office: { use: 'ADM', path: 'M4 10l8-5 8 5zM6 10v7M10 10v7M14 10v7M18 10v7M4 20h16M5 17h14' },
  police: { use: 'ADM', path: 'M12 3l8 3v6c0 5-4 8-8 9.500C8 20 4 17 4 12V6z' },
  library: { use: 'CUL', path: 'M12 7c-2-2-5-2-8-2v13c3 0 6 0 8 2 2-2 5-2 8-2V5c-3 0-6 0-8 2zM12 7v13' },
  'cultural-centre': { use: 'CUL', path: 'M12 7c-2-2-5-2-8-2v13c3 0 6 0 8 2 2-2 5-2 8-2V5c-3 0-6 0-8 2zM12 7v13' },
  'sports-hall': {
    use: 'SPO',
    path: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7l4.500 3.300-1.700 5.200H9.200l-1.700-5.200zM12 3v4M20.500 9.500l-4 .8M17.500 19l-2.700-3.500M6.500 19l2.700-3.500M3.500 9.500l4 .8',
  },
  stadium: {
    use: 'SPO',
    path: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7l4.500 3.300-1.700 5.200H9.200l-1.700-5.200zM12 3v4M20.500 9.500l-4 .8M17.500 19l-2.700-3.500M6.500 19l2.700-3.500M3.500 9.500l4 .8',
  },
  'bus-terminal': { use: 'TRN', path: 'M5 6h14v11H5zM5 12h14M8 17v2.500M16 17v2.500M8 14.600h.5M15.500 14.600h.5' },
  terminal: { use: 'TRN', path: 'M5 6h14v11H5zM5 12h14M8 17v2.500M16 17v2.500M8 14.600h.5M15.500 14.600h.5' },
  'fuel-station': { use: 'UEQ', path: 'M5 20V5h9v15M4 20h11M5 11h9M14 9h2.500v7.500a1.500 1.500 0 0 0 3 0V9l-3-3' },
  cemetery: { use: 'UEQ', path: 'M7 20v-9a5 5 0 0 1 10 0v9zM4 20h16M10 12h4' },
  substation: { use: 'UTL', path: 'M13 3L6 13.500h5L10 21l7.500-11h-5z' },
  'water-tank': { use: 'UTL', path: 'M12 3c3 4 6 7 6 11a6 6 0 0 1-12 0c0-4 3-7 6-11z' },
  monument: { use: 'HER', path: 'M5 20V9c0-3 4-4 7-6 3 2 7 3 7 6v11M9 20v-6a3 3 0 0 1 6 0v6M3.500 20h17' },
  hotel: { use: 'TOU', path: 'M4 6v13M4 16h16v3M20 16v-3.500a3 3 0 0 0-3-3h-6V16M7.500 12.500h.1' },
  parking: { use: 'UTL', path: 'M8 20V4h5.500a4.500 4.500 0 0 1 0 9H8' },
  utility: { use: 'UTL', path: 'M13 3L6 13.500h5L10 21l7.500-11h-5z' },
  'guest-house': { use: 'TOU', path: 'M4 6v13M4 16h16v3M20 16v-3.500a3 3 0 0 0-3-3h-6V16M7.500 12.500h.1' },
  barracks: {
    use: 'MIL',
    path: 'M12 3l2.700 5.800 6.300.8-4.600 4.300 1.200 6.300-5.600-3.100-5.600 3.100 1.200-6.300L3 9.600l6.300-.8z',
  },
}

const OTHER: FacilityIcon = { use: 'UTL', path: 'M12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z' }

/** The icon of a kind of facility: a disc of 20 pixels in the halo's colour, ring and glyph in the darkened hue of its land use. */
export function drawFacility(kind: string, palette: Palette): DrawnImage {
  const icon = FACILITY_ICONS[kind] ?? OTHER
  const ink = palette.theme === 'light' ? '#17262e' : '#f0e9da'
  const hue = mixColours(palette.uses[icon.use], ink, palette.theme === 'light' ? 0.62 : 0.72)
  return paintImage(22, (pen) => {
    pen.beginPath()
    pen.arc(11, 11, 10, 0, 2 * Math.PI)
    pen.fillStyle = palette.labelHalo
    pen.fill()
    pen.lineWidth = 1.2
    pen.strokeStyle = hue
    pen.stroke()
    pen.translate(4.4, 4.4)
    pen.scale(0.55, 0.55)
    pen.lineWidth = 2.3
    pen.lineJoin = 'round'
    pen.lineCap = 'round'
    pen.stroke(new Path2D(icon.path))
  })
}

/** The box of ink under a measured figure; it stretches with the text. */
export function drawInkBox(palette: Palette): DrawnImage {
  return paintImage(16, (pen) => {
    pen.fillStyle = palette.theme === 'light' ? '#17262e' : '#f0e9da'
    pen.beginPath()
    pen.roundRect(0, 0, 16, 16, 3)
    pen.fill()
  })
}
