/** Something wrong in a file of environments: where, and what to write instead. */
export interface EnvironmentProblem {
  /** The way to the place: `['environments', 'production', 'topics', 'all', 'partitions']`. */
  readonly path: readonly (string | number)[]
  /** What is wrong and the remedy, as a sentence that follows the place. */
  readonly message: string
}

/** What reading gives: the value, or everything that is wrong with it at once. */
export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly EnvironmentProblem[] }
