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
  querystring: {
    type: 'object',
    properties: {
      v: {
        type: 'integer',
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'Version told by an edit or an event: the answer is not older than that',
      },
    },
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

export const eventRouteSchema = {
  tags: ['tiles'],
  summary: 'What changes on the map, as it changes (server-sent events)',
  description:
    'Events: `tiles` with `{set, version, spread, tiles: [[z, x, y], …]}`: these tiles have changed; ask for them with `?v=version`, ' +
    'spread over `spread` milliseconds. With `all: true` no tile is listed and any of the set may have changed. `feature-state` with ' +
    '`{set, layer, id, state, written}`: whoever asks the API for the feature sends `written` as x-barzan-written, and is answered with ' +
    'that state or a later one. `ready` with `{resumed, written}`: all that was missed has been told; false = what was missed is not known, ' +
    'ask for everything again. `beat`: nothing happened. A stream goes on after the event whose id comes as Last-Event-ID or `since`, ' +
    'in whatever process; changes of its last seconds may be told twice.',
  querystring: {
    type: 'object',
    properties: {
      sets: { ...text('Tile sets, with commas', 'land,plan'), minLength: 1, maxLength: 200 },
      bbox: { ...text('Only changes here: west,south,east,north in degrees', '51.36,32.38,51.38,32.40'), maxLength: 200 },
      since: { ...text('Id of the last event received', '1234:1240:1236'), maxLength: 8192 },
    },
    required: ['sets'],
  },
  response: {
    200: { description: 'The stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    400: problem('Unknown sets or a bbox that is none'),
    503: problem('Too many streams are open, or the database has not been reached yet; Retry-After says when to come back'),
  },
}
