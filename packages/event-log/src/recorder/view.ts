import { BSON } from 'mongodb'
import type { noViewReasons } from '../documents.ts'

/** Why a record has no view. */
export type NoViewReason = (typeof noViewReasons)[number]

/** Whether data can stand in a document as fields, and whether its numbers are exact there. */
export type ViewCheck =
  | { readonly fits: true; readonly exact: boolean }
  | { readonly fits: false; readonly reason: NoViewReason }

/** MongoDB takes documents of 180 levels; the record itself is one of them, data and what it holds are the others. */
const MAX_LEVELS = 180
/** What the view and the value may have together within a document's 16 MiB. */
const MAX_BYTES = 15 * 1024 * 1024
/** JSON below this size cannot outgrow `MAX_BYTES`: `[1,1,…]` is the worst, 2 bytes becoming 13 at most. */
const SMALL_VALUE_BYTES = 1.5 * 1024 * 1024

const jsonEscape = Buffer.from('\\u')
const bsontype = Buffer.from('_bsontype')

/**
 * Says whether BSON can hold data exactly, without trying: one such event would make the driver or the server refuse the
 * whole batch, or store another text than was written.
 *
 * A lone surrogate and a NUL can only come from an jsonEscape, as the value is valid UTF-8 and JSON; so values without
 * `\u` and `_bsontype`, which are nearly all, are only walked for their depth and numbers.
 */
export function checkView(data: object, value: Uint8Array): ViewCheck {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  const look: Look = { texts: bytes.includes(jsonEscape), exact: true, reason: undefined }
  if (look.texts || bytes.includes(bsontype)) walkKeys(data, MAX_LEVELS, look)
  else walk(data, MAX_LEVELS, look)
  if (look.reason === undefined && value.length > SMALL_VALUE_BYTES) {
    if (BSON.calculateObjectSize(data) + value.length > MAX_BYTES) look.reason = 'too-large'
  }
  return look.reason === undefined ? { fits: true, exact: look.exact } : { fits: false, reason: look.reason }
}

interface Look {
  readonly texts: boolean
  exact: boolean
  reason: NoViewReason | undefined
}

function walk(value: object, levels: number, look: Look): void {
  if (levels === 0) {
    look.reason = 'nesting-over-180'
    return
  }
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof item === 'number') noteNumber(item, look)
    else if (typeof item === 'object' && item !== null) walk(item, levels - 1, look)
    if (look.reason !== undefined) return
  }
}

function walkKeys(value: object, levels: number, look: Look): void {
  if (levels === 0) {
    look.reason = 'nesting-over-180'
    return
  }
  for (const [key, item] of Object.entries(value)) {
    if (key.includes('\0')) look.reason = 'nul-in-key'
    else if (key === '_bsontype') look.reason = 'bsontype-key'
    else if (!key.isWellFormed() || (typeof item === 'string' && !item.isWellFormed())) look.reason = 'lone-surrogate'
    else if (typeof item === 'number') noteNumber(item, look)
    else if (typeof item === 'object' && item !== null) walkKeys(item, levels - 1, look)
    if (look.reason !== undefined) return
  }
}

function noteNumber(value: number, look: Look): void {
  if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) look.exact = false
}
