/** What the API description says about tiles. Parameters are read by readTileAddress, whose refusals explain themselves. */

const text = (description: string, example: string) => ({ type: 'string', description, examples: [example] })
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { type: 'object', additionalProperties: true } } },
})

export const tileJsonRouteSchema = {
  tags: ['tiles'],
  summary: 'Describe a tile set (TileJSON 3.0)',
  params: { type: 'object', properties: { set: text('Tile set', 'land') }, required: ['set'] },
  response: {
    200: {
      description: 'Layers, their fields and zooms, bounds, and the address of the tiles',
      content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
    },
    304: { description: 'Not changed since the ETag that was sent', type: 'null' },
    404: problem('No such tile set'),
  },
}

export const tileRouteSchema = {
  tags: ['tiles'],
  summary: 'A Mapbox Vector Tile',
  params: {
    type: 'object',
    properties: {
      set: text('Tile set', 'land'),
      z: text('Zoom, 8 to 16', '15'),
      x: text('Column', '21060'),
      y: text('Row', '13270'),
    },
    required: ['set', 'z', 'x', 'y'],
  },
  response: {
    200: {
      description: 'The tile; gzip or brotli when accepted',
      content: { 'application/vnd.mapbox-vector-tile': { schema: { type: 'string', format: 'binary' } } },
    },
    204: { description: 'Nothing is there', type: 'null' },
    304: { description: 'Not changed since the ETag that was sent', type: 'null' },
    400: problem('The address is not a tile address'),
    404: problem('No such tile set, zoom, column or row'),
    503: problem('Too busy, too slow, or the database is away; Retry-After says when to come back'),
  },
}
