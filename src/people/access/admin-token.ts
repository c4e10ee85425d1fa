import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem, type Reason } from '../../kernel/problem.ts'

/**
 * An `onRequest` hook that lets only those in who show `Authorization: Bearer <token>`: before a byte of the body is read.
 * Throws `not-signed-in` (401). Without a token of our own (null) nobody can show it: closed, never open by accident.
 */
export function requireAdminToken(token: string | null) {
  const expected = token === null ? null : digest(Buffer.from(token, 'utf8'))
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const shown = /^Bearer +(\S.*)$/i.exec(request.headers.authorization?.trim() ?? '')?.[1]
    // Node reads headers as Latin-1: the bytes are those that were sent.
    if (expected && shown !== undefined && timingSafeEqual(expected, digest(Buffer.from(shown, 'latin1')))) return
    void reply.header('www-authenticate', 'Bearer realm="barzan"')
    throw new Problem('not-signed-in', [expected ? (shown === undefined ? MISSING : WRONG) : CLOSED])
  }
}

/** Of one length whatever was shown, so that comparing tells nothing by its time. */
function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

const MISSING: Reason = {
  at: 'authorization',
  fa: 'این کار رمز مدیر می‌خواهد: سرایند Authorization: Bearer را بفرستید.',
  en: 'This needs the administrator token: send it as Authorization: Bearer.',
}
const WRONG: Reason = { at: 'authorization', fa: 'رمز مدیر درست نیست.', en: 'The administrator token is not right.' }
const CLOSED: Reason = {
  at: 'authorization',
  fa: 'این کار در این سامانه باز نشده است: BARZAN_ADMIN_TOKEN تعیین نشده است.',
  en: 'This is not open here: BARZAN_ADMIN_TOKEN is not set.',
}
