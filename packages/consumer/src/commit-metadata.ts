import type { OffsetRange } from './watermark.ts'

/** What Kafka takes as the metadata of a commit: `offset.metadata.max.bytes`, 4,096 by default. */
export const MAX_METADATA_BYTES = 4096

/** An event that was tried and is not done. */
export interface TriedEvent {
  readonly offset: number
  /** Attempts so far, with the one that runs. */
  readonly attempts: number
  /** Whether an attempt was running at the time of the commit. */
  readonly running: boolean
}

/** What a member tells its successor about a partition, beside the committed offset. */
export interface Progress {
  /** Whether the member let go of the partition in order; otherwise whoever reads this takes over from a crash. */
  readonly clean: boolean
  /** Members in a row that took the partition over from a crash and were not yet alive for a commit interval. */
  readonly crashes: number
  /** What is done above the committed offset: rising, not touching. */
  readonly done: readonly OffsetRange[]
  /** What was tried and is not done, rising. */
  readonly tried: readonly TriedEvent[]
}

const format = /^hh1;([cu])([0-9a-z]{1,4});([0-9a-z,+]*);([0-9a-z,:!]*)$/

/**
 * Writes progress as text: `hh1;u0;3+5,2;0:2!` is not clean, no crashes, after 3 offsets 5 are done, after 2 more 1 is,
 * and the event at the committed offset is being tried for the second time. Numbers are base 36 and relative.
 *
 * What does not fit is left out from the highest offset down: it will be handled again. Nothing is ever claimed to be
 * done that is not.
 */
export function encodeProgress(position: number, progress: Progress, maxBytes: number = MAX_METADATA_BYTES): string {
  const head = `hh1;${progress.clean ? 'c' : 'u'}${Math.min(progress.crashes, 1000).toString(36)};`
  const room = maxBytes - head.length - 1
  // The attempts bring a poison to its end, so they come first; they are few beside what is done.
  const tried = fitting(triedParts(position, progress.tried), Math.floor(room / 2))
  const done = fitting(doneParts(position, progress.done), room - tried.length)
  return `${head}${done};${tried}`
}

/** Reads progress; undefined where the text is not ours, or damaged. */
export function decodeProgress(position: number, text: string): Progress | undefined {
  const [, state, crashes, done, tried] = format.exec(text) ?? []
  if (state === undefined || crashes === undefined || done === undefined || tried === undefined) return undefined
  const ranges = decodeDone(position, done)
  const events = decodeTried(position, tried)
  if (ranges === undefined || events === undefined) return undefined
  return { clean: state === 'c', crashes: Number.parseInt(crashes, 36), done: ranges, tried: events }
}

function* doneParts(position: number, ranges: readonly OffsetRange[]): Generator<string> {
  let at = position
  for (const { from, to } of ranges) {
    const length = to - from
    yield `${(from - at).toString(36)}${length === 1 ? '' : `+${length.toString(36)}`}`
    at = to
  }
}

function* triedParts(position: number, tried: readonly TriedEvent[]): Generator<string> {
  let at = position
  for (const { offset, attempts, running } of tried) {
    yield `${(offset - at).toString(36)}:${attempts.toString(36)}${running ? '!' : ''}`
    at = offset
  }
}

function fitting(parts: Iterable<string>, maxBytes: number): string {
  let text = ''
  for (const part of parts) {
    const longer = text === '' ? part : `${text},${part}`
    if (longer.length > maxBytes) break
    text = longer
  }
  return text
}

function decodeDone(position: number, text: string): OffsetRange[] | undefined {
  const ranges: OffsetRange[] = []
  let at = position
  for (const part of text === '' ? [] : text.split(',')) {
    const [, skip, length = '1'] = /^([0-9a-z]{1,11})(?:\+([0-9a-z]{1,11}))?$/.exec(part) ?? []
    if (skip === undefined) return undefined
    const from = at + Number.parseInt(skip, 36)
    at = from + Number.parseInt(length, 36)
    if (!Number.isSafeInteger(at)) return undefined
    ranges.push({ from, to: at })
  }
  return ranges
}

function decodeTried(position: number, text: string): TriedEvent[] | undefined {
  const tried: TriedEvent[] = []
  let at = position
  for (const part of text === '' ? [] : text.split(',')) {
    const [, skip, attempts, running] = /^([0-9a-z]{1,11}):([0-9a-z]{1,6})(!?)$/.exec(part) ?? []
    if (skip === undefined || attempts === undefined) return undefined
    at += Number.parseInt(skip, 36)
    if (!Number.isSafeInteger(at)) return undefined
    tried.push({ offset: at, attempts: Number.parseInt(attempts, 36), running: running === '!' })
  }
  return tried
}
