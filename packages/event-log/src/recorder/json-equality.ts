/** Whether two values that `comparableData` gave are equal, whatever the order of keys. */
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
