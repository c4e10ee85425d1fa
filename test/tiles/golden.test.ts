import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeTile } from './decode-tile.ts'
import { HAMLET, openHamlet } from './open-tile-app.ts'

let hamlet: Awaited<ReturnType<typeof openHamlet>>
beforeAll(async () => {
  hamlet = await openHamlet()
})
afterAll(() => hamlet?.close())

test.each(
  (['land', 'plan', 'labels'] as const).flatMap((set) => ([8, 10, 12, 14, 15, 16] as const).map((z) => [set, z] as const)),
)('%s at zoom %i reads as the golden tile', async (set, z) => {
  const answer = await hamlet.app.inject({ url: `/tiles/${set}/${HAMLET[z]}.mvt` })
  const text = answer.statusCode === 204 ? 'empty\n' : describeTile(answer.rawPayload)
  await expect(text).toMatchFileSnapshot(`golden/${set}-${z}.txt`)
})
