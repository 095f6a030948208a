/** Whether two values that {@link parseExactly} gave are equal, whatever the order of keys. */
export function equalJson(a: unknown, b: unknown): boolean {
  // A stack of our own: an event may be nested deeper than calls can be.
  const pairs: [unknown, unknown][] = [[a, b]]
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [left, right] = pair
    if (left === right) continue
    if (!isObject(left) || !isObject(right)) return false
    if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false
    const keys = Object.keys(left)
    if (keys.length !== Object.keys(right).length) return false
    for (const key of keys) {
      if (!Object.hasOwn(right, key)) return false
      pairs.push([left[key], right[key]])
    }
  }
  return true
}

/** A number as it was written, where a double cannot hold it: 9007199254740993 is not 9007199254740992. */
class WrittenNumber {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }
}

/** A double holds every decimal of this many digits so that it can be told from its neighbours. */
const EXACT_DIGITS = 15

/** Parses UTF-8 JSON so that {@link equalJson} tells any two numbers apart that were written apart. */
export function parseExactly(value: Uint8Array): unknown {
  return JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8'), exactNumber)
}

function exactNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined) return value
  const digits = source.replace(/e.*$/i, '').replace(/[-.]/g, '').replace(/^0+/, '')
  return digits.length <= EXACT_DIGITS && Number.isFinite(value) ? value : new WrittenNumber(source)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
