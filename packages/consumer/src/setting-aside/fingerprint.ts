import { createHash } from 'node:crypto'

/**
 * The fingerprint of a failure: the same for failures that differ in numbers, ids and quoted texts only, which are
 * probably the same mistake. 16 hexadecimal digits.
 */
export function fingerprintOf(eventType: string, code: string, message: string): string {
  const form = message
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '*')
    .replace(/[0-9a-f-]*\d[0-9a-f-]*/gi, '#')
    .replace(/\s+/g, ' ')
  return createHash('sha256').update(`${eventType}\n${code}\n${form}`).digest('hex').slice(0, 16)
}
