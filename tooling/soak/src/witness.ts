/** A witness counts what must not happen, and remembers the first few by name. */
export interface Witness {
  readonly count: number
  readonly examples: readonly string[]
  saw(example: string): void
}

const KEPT_EXAMPLES = 5

/** Makes a witness who has seen nothing. */
export function createWitness(): Witness {
  const examples: string[] = []
  let count = 0
  return {
    examples,
    get count() {
      return count
    },
    saw(example) {
      count += 1
      if (examples.length < KEPT_EXAMPLES) examples.push(example)
    },
  }
}
