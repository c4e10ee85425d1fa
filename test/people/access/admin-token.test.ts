import fastify from 'fastify'
import { afterAll, describe, expect, test } from 'vitest'
import { answerErrors } from '#src/http/errors.ts'
import { requireAdminToken } from '#src/people/access/admin-token.ts'

const opened = await openApp('s3cret of ours ✓')
const closed = await openApp(null)
afterAll(() => Promise.all([opened.close(), closed.close()]))

async function openApp(token: string | null) {
  const app = fastify()
  answerErrors(app)
  app.post('/x', { onRequest: requireAdminToken(token) }, () => ({ done: true }))
  await app.ready()
  return app
}

describe('the administrator token', () => {
  test.each([
    ['nothing', undefined],
    ['another scheme', 'Basic czNjcmV0'],
    ['the scheme alone', 'Bearer '],
    ['a wrong token', 'Bearer wrong'],
    ['its beginning', 'Bearer s3cret'],
    ['more than it', 'Bearer s3cret of ours ✓✓'],
    ['the token without a scheme', 's3cret of ours ✓'],
  ])('%s does not open', async (_, shown) => {
    const answer = await opened.inject({
      method: 'POST',
      url: '/x',
      headers: shown ? { authorization: asSent(shown) } : {},
      payload: {},
    })
    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toMatchObject({ code: 'not-signed-in', reasons: [{ at: 'authorization' }] })
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/)
  })

  test.each(['Bearer s3cret of ours ✓', 'bearer   s3cret of ours ✓ '])('%j opens', async (shown) => {
    const answer = await opened.inject({ method: 'POST', url: '/x', headers: { authorization: asSent(shown) }, payload: {} })
    expect(answer.json()).toEqual({ done: true })
  })

  test('unset: nobody gets in, not even with an empty token', async () => {
    for (const authorization of ['', 'Bearer null', 'Bearer undefined', 'Bearer  '])
      expect((await closed.inject({ method: 'POST', url: '/x', headers: { authorization }, payload: {} })).statusCode).toBe(401)
  })

  test('a body that nobody could read is not read before the token', async () => {
    const payload = '{"broken'
    const headers = { 'content-type': 'application/json' }
    expect((await opened.inject({ method: 'POST', url: '/x', headers, payload })).statusCode).toBe(401)
    const authorization = asSent('Bearer s3cret of ours ✓')
    expect((await opened.inject({ method: 'POST', url: '/x', headers: { ...headers, authorization }, payload })).statusCode).toBe(
      400,
    )
  })
})

/** As Node hands the bytes of a header on. */
function asSent(header: string): string {
  return Buffer.from(header, 'utf8').toString('latin1')
}
