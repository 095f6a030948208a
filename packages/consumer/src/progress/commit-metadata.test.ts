import { describe, expect, it } from 'vitest'
import { seeded } from '../../test/seeded.ts'
import {
  decodeProgress,
  encodeProgress,
  MAX_METADATA_BYTES,
  type Progress,
  type TriedEvent,
} from './commit-metadata.ts'
import type { OffsetRange } from './watermark.ts'

const instances = Array.from({ length: 30 }, (_, n) => `k3v9x1${n.toString(36).padStart(2, '0')}`)

function someProgress(random: () => number, position: number, size: number): Progress {
  const upTo = (most: number): number => Math.floor(random() ** 3 * most)
  const done: OffsetRange[] = []
  const tried: TriedEvent[] = []
  let at = position
  for (let n = upTo(size); n > 0; n--) {
    const from = at + 1 + upTo(50)
    at = from + 1 + upTo(1_000_000)
    done.push({ from, to: at })
  }
  at = position
  for (let n = upTo(size); n > 0; n--) {
    const event = { offset: at, attempts: 1 + upTo(20), running: random() < 0.5 }
    const deaths = Array.from({ length: upTo(4) }, () => instances[upTo(instances.length)] ?? '')
    tried.push(deaths.length === 0 ? event : { ...event, deaths })
    at += 1 + upTo(100)
  }
  const common = { clean: random() < 0.5, crashes: upTo(5), done, tried }
  return random() < 0.1 ? common : { ...common, writer: instances[upTo(instances.length)] ?? '' }
}

describe('the progress in commit metadata', () => {
  it('is compact text that a person can read', () => {
    const progress: Progress = {
      clean: false,
      crashes: 0,
      done: [
        { from: 103, to: 108 },
        { from: 110, to: 111 },
      ],
      writer: 'k3v9x1aa',
      tried: [{ offset: 100, attempts: 2, running: true, deaths: ['b7c2d4ee'] }],
    }
    expect(encodeProgress(100, progress)).toBe('hh1;u0;k3v9x1aa,b7c2d4ee;3+5,2;0:2!~1')
  })

  it('comes back as it was written', () => {
    const random = seeded(1)
    for (let round = 0; round < 2000; round++) {
      const position = Math.floor(random() * Number.MAX_SAFE_INTEGER * 0.5)
      const progress = someProgress(random, position, 100)
      expect(decodeProgress(position, encodeProgress(position, progress))).toEqual(progress)
    }
  })

  it('leaves out the highest offsets where it does not fit, and never claims more', () => {
    const random = seeded(2)
    let cut = 0
    for (let round = 0; round < 60; round++) {
      const position = Math.floor(random() * 1e9)
      const progress = someProgress(random, position, 4000)
      const text = encodeProgress(position, progress)
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_METADATA_BYTES)
      const read = decodeProgress(position, text) as Progress
      expect(read.done).toEqual(progress.done.slice(0, read.done.length))
      expect(read.tried).toEqual(progress.tried.slice(0, read.tried.length))
      if (read.done.length < progress.done.length) cut += 1
    }
    expect(cut).toBeGreaterThan(10)
  })

  it('names no more instances than there are digits, and forgets what they killed before it forgets attempts', () => {
    const tried = Array.from({ length: 50 }, (_, n) => {
      return {
        offset: n,
        attempts: 3,
        running: true,
        deaths: [`instanc${n % 36 === n ? n.toString(36) : 'z'}`, `other00${(n % 36).toString(36)}`],
      }
    })
    const read = decodeProgress(0, encodeProgress(0, { clean: false, crashes: 0, writer: 'k3v9x1aa', done: [], tried }))
    expect(read?.tried.map(({ offset, attempts }) => [offset, attempts])).toEqual(
      tried.map(({ offset }) => [offset, 3]),
    )
    expect(new Set(read?.tried.flatMap(({ deaths = [] }) => deaths)).size).toBe(35)
  })

  it('is not read from foreign or damaged text', () => {
    const foreign = [
      '',
      'consumer@host',
      '{"done":[]}',
      'hh2;u0;-;;',
      'hh1;x0;-;;',
      'hh1;u0;-;3+;',
      'hh1;u0;-;;1',
      'hh1;u0;-;;1:',
      'HH1;u0;-;;',
      'hh1;u0;;;',
      'hh1;u0;-;;1:1~',
    ]
    for (const text of foreign) expect(decodeProgress(0, text), text).toBeUndefined()
    const random = seeded(3)
    const text = encodeProgress(5, someProgress(random, 5, 50))
    for (let round = 0; round < 2000; round++) {
      const at = Math.floor(random() * text.length)
      const damaged = text.slice(0, at) + String.fromCharCode(32 + Math.floor(random() * 95)) + text.slice(at + 1)
      const read = decodeProgress(5, damaged)
      // Whatever still reads as ours is well formed: rising ranges of safe integers.
      let last = 5
      for (const { from, to } of read?.done ?? []) {
        expect(from).toBeGreaterThanOrEqual(last)
        expect(to).toBeGreaterThanOrEqual(from)
        last = to
      }
    }
    expect(decodeProgress(5, 'hh1;u0;-;zzzzzzzzzzz+zzzzzzzzzzz;')).toBeUndefined()
  })
})
