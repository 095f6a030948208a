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
  /** The instances that ended without a word during its last attempts, one after the other. Absent: none. */
  readonly deaths?: readonly string[]
}

/** What a member tells its successor about a partition, beside the committed offset. */
export interface Progress {
  /** Whether the member let go of the partition in order; otherwise whoever reads this takes over from a crash. */
  readonly clean: boolean
  /** Members in a row that took the partition over from a crash and were not yet alive for a commit interval. */
  readonly crashes: number
  /** The id of the topic that the offsets are of. Absent: unknown. */
  readonly topicId?: string
  /** The instance that wrote it. Absent: unknown. */
  readonly writer?: string
  /** What is done above the committed offset: rising, not touching. */
  readonly done: readonly OffsetRange[]
  /** What was tried and is not done, rising. */
  readonly tried: readonly TriedEvent[]
}

const format =
  /^hh1;([cu])([0-9a-z]{1,4});((?:-|[0-9a-z]{8})(?:,(?:-|[0-9a-z]{8}))*);([0-9a-z,+]*);([0-9a-z,:!~]*)(?:@([\w-]{1,64}))?$/

/** What stands for an instance that is not known; none is called so. */
export const UNKNOWN_INSTANCE = '-'

/** So many instances are named: each has one digit of base 36, the writer 0. */
const MAX_NAMED = 36

/**
 * Writes progress as text: `hh1;u0;k3v9x1aa,b7c2d4ee;3+5,2;0:2!~1` is not clean, no crashes, written by the instance
 * k3v9x1aa; after 3 offsets 5 are done, after 2 more 1 is, and the event at the committed offset is being tried for the
 * second time, after the instance b7c2d4ee died in the first attempt. Numbers are base 36 and relative. The topic's id
 * follows after an @.
 *
 * What does not fit is left out from the highest offset down: it will be handled again. Nothing is ever claimed to be
 * done that is not.
 */
export function encodeProgress(position: number, progress: Progress, maxBytes: number = MAX_METADATA_BYTES): string {
  const named = namesIn(progress)
  const head = `hh1;${progress.clean ? 'c' : 'u'}${Math.min(progress.crashes, 1000).toString(36)};${named.join(',')};`
  const tail = progress.topicId === undefined ? '' : `@${progress.topicId}`
  const room = maxBytes - head.length - tail.length - 1
  // The attempts bring a poison to its end, so they come first; they are few beside what is done.
  const tried = fitting(triedParts(position, progress.tried, named), Math.floor(room / 2))
  const done = fitting(doneParts(position, progress.done), room - tried.length)
  return `${head}${done};${tried}${tail}`
}

/** Reads progress; undefined where the text is not ours, or damaged. */
export function decodeProgress(position: number, text: string): Progress | undefined {
  const [, state = '', crashes = '', names = '', done = '', tried = '', topicId] = format.exec(text) ?? []
  if (state === '') return undefined
  const named = names.split(',')
  const ranges = decodeDone(position, done)
  const events = decodeTried(position, tried, named)
  if (ranges === undefined || events === undefined) return undefined
  const [writer] = named
  const known = writer !== undefined && writer !== UNKNOWN_INSTANCE
  const of = topicId === undefined ? {} : { topicId }
  const common = { clean: state === 'c', crashes: Number.parseInt(crashes, 36), ...of, done: ranges, tried: events }
  return known ? { ...common, writer } : common
}

/** The instances that are named, the writer first. */
function namesIn({ writer = UNKNOWN_INSTANCE, tried }: Progress): readonly string[] {
  const named = new Set([writer])
  for (const { deaths = [] } of tried) for (const name of deaths) if (named.size < MAX_NAMED) named.add(name)
  return [...named]
}

function* doneParts(position: number, ranges: readonly OffsetRange[]): Generator<string> {
  let at = position
  for (const { from, to } of ranges) {
    const length = to - from
    yield `${(from - at).toString(36)}${length === 1 ? '' : `+${length.toString(36)}`}`
    at = to
  }
}

function* triedParts(position: number, tried: readonly TriedEvent[], named: readonly string[]): Generator<string> {
  let at = position
  for (const { offset, attempts, running, deaths = [] } of tried) {
    const digits = deaths.flatMap((name) => (named.includes(name) ? [named.indexOf(name).toString(36)] : []))
    const died = digits.length === 0 ? '' : `~${digits.join('')}`
    yield `${(offset - at).toString(36)}:${attempts.toString(36)}${running ? '!' : ''}${died}`
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

function decodeTried(position: number, text: string, named: readonly string[]): TriedEvent[] | undefined {
  const tried: TriedEvent[] = []
  let at = position
  for (const part of text === '' ? [] : text.split(',')) {
    const [, skip, attempts, running, died] = /^([0-9a-z]{1,11}):([0-9a-z]{1,6})(!?)(?:~([0-9a-z]+))?$/.exec(part) ?? []
    if (skip === undefined || attempts === undefined) return undefined
    at += Number.parseInt(skip, 36)
    if (!Number.isSafeInteger(at)) return undefined
    const event = { offset: at, attempts: Number.parseInt(attempts, 36), running: running === '!' }
    const deaths = [...(died ?? '')].map((digit) => named[Number.parseInt(digit, 36)] ?? UNKNOWN_INSTANCE)
    tried.push(deaths.length === 0 ? event : { ...event, deaths })
  }
  return tried
}
