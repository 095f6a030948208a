import { randomFillSync } from 'node:crypto'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const randomLength = 20
const pool = new Uint8Array(randomLength * 256)
let used = pool.length
let second = Number.NaN
let secondText = ''

/**
 * Makes an event id, `YYYYMMDDHHMMSS-<random>`: the UTC second, then 20 characters of 5 random bits each.
 *
 * 100 bits: six characters, as the Go service has them, collide within one busy second.
 */
export function newEventId(nowMs: number = Date.now()): string {
  return `${textOfSecond(Math.floor(nowMs / 1000))}-${randomText()}`
}

/** What an id looks like: 1 to 128 visible ASCII characters. */
export const ID_PATTERN: RegExp = /^[\x21-\x7e]{1,128}$/

/** Whether a text can be an event id, as {@link ID_PATTERN} says, which takes twice as long. */
export function isEventId(id: unknown): id is string {
  if (typeof id !== 'string' || id.length < 1 || id.length > 128) return false
  for (let at = 0; at < id.length; at++) {
    const code = id.charCodeAt(at)
    if (code < 0x21 || code > 0x7e) return false
  }
  return true
}

/** Writing a date costs more than the rest of an id; events of one second share it. */
function textOfSecond(now: number): string {
  if (now !== second) {
    second = now
    secondText = new Date(now * 1000).toISOString().replace(/[-T:]/g, '').slice(0, 14)
  }
  return secondText
}

function randomText(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  let text = ''
  for (const end = used + randomLength; used < end; used++) text += alphabet[(pool[used] ?? 0) & 31]
  return text
}
