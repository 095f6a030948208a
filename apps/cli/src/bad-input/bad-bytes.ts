import { gzipSync } from 'node:zlib'
import type { Headers } from '@house-helper/events-core'
import { carried, envelopeText, messageOf, type Row, unreadable } from './bad-message.ts'

const invalid = (name: string, ...bytes: number[]): Row => {
  const text = envelopeText('not-utf8').replace('Sweep', 'Sw?eep')
  const at = text.indexOf('?')
  const value = Buffer.concat([Buffer.from(text.slice(0, at)), Uint8Array.from(bytes), Buffer.from(text.slice(at + 1))])
  return () => unreadable(name, value, 'not-utf8')
}
const broken =
  (name: string, value: Uint8Array | string, reason = 'not-json'): Row =>
  () =>
    unreadable(name, value, reason)
const good = envelopeText('never-read')

/** Values that are no JSON, or none of ours. */
export const badValues: readonly Row[] = [
  () => ({ ...unreadable('a tombstone', null, 'tombstone'), message: messageOf(null) }),
  broken('nothing', '', 'empty'),
  broken('a space', ' '),
  broken('words', 'not json'),
  broken('half an event', good.slice(0, -20)),
  broken('two events', good + good),
  broken('an event and a comma', `${good},`),
  broken('an event with a comment', good.replace('{', '{/* x */')),
  broken('NaN', '{"data":NaN}'),
  broken('single quotes', good.replaceAll('"', "'")),
  broken('a byte order mark', `\ufeff${good}`),
  broken('a NUL before', `\0${good}`),
  broken('a NUL behind', `${good}\0`),
  broken('a line end in a text', good.replace('Sweep', 'Sw\neep')),
  broken('compressed', gzipSync(good), 'not-utf8'),
  broken('UTF-16', Buffer.from(good, 'utf16le')),
  invalid('a byte that UTF-8 never has', 0xff),
  invalid('a lone continuation byte', 0x80),
  invalid('a cut character', 0xe2, 0x82),
  invalid('an overlong slash', 0xc0, 0xaf),
  invalid('a surrogate as UTF-8', 0xed, 0xa0, 0x80),
  ...['null', 'true', '7', '"text"', '[]', '{}'].map((json) => broken(`the JSON ${json}`, json, 'not-envelope')),
  broken('a list of events', `[${good}]`, 'not-envelope'),
  broken('an event in a text', JSON.stringify(good), 'not-envelope'),
  broken('another system’s event', '{"specversion":"1.0","type":"x","source":"/y","id":"1"}', 'not-envelope'),
]

const bytes = (...of: number[]): Uint8Array => Uint8Array.from(of)
const manyHeaders: Headers = Array.from({ length: 500 }, (_, n) => [`h${n}`, Buffer.from(`${n}`)])
const spoofed: Headers = [
  ['hh-delivery', Buffer.from('redrive')],
  ['hh-group', Buffer.from('another-group')],
  ['hh-attempts', Buffer.from('999')],
  ['hh-original-hh-original-x', Buffer.from('y')],
]

/** Headers and keys that none of our publishers writes. */
export const oddMessages: readonly Row[] = [
  carried('no key', { key: null }),
  carried('a message with an empty key', { key: bytes() }),
  carried('a binary key', { key: bytes(0, 255, 128, 0xed, 0xa0, 0x80) }),
  carried('a key of 100,000 bytes', { key: Buffer.alloc(100_000, 'k') }),
  carried('the key of another household', { key: Buffer.from('household-999') }),
  carried('a header twice', {
    headers: [
      ['a', bytes(1)],
      ['a', bytes(2)],
      ['a', bytes(1)],
    ],
  }),
  carried('binary headers', { headers: [['bin', bytes(0, 255, 254, 128)]] }),
  carried('an empty header and one without a name', {
    headers: [
      ['a', bytes()],
      ['', bytes(1)],
    ],
  }),
  carried('a header that is null', {
    headers: [
      ['a', null],
      ['b', null],
    ],
  }),
  carried('headers called __proto__ and $where', {
    headers: [
      ['__proto__', bytes(1)],
      ['$where', bytes(2)],
      ['ü.ö', null],
    ],
  }),
  carried('headers of a delivery that it is not', { headers: spoofed }),
  carried('a traceparent that is none', { headers: [['traceparent', Buffer.from('00-zz-\u0000')]] }),
  carried('500 headers', { headers: manyHeaders }),
  carried('a header of 100,000 bytes', { headers: [['large', Buffer.alloc(100_000, 1)]] }),
  carried('a broker time of 1970', { timestampMs: 0 }),
]
