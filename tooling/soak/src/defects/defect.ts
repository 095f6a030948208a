/** One change of a source file: a text that is in it exactly once, and what takes its place. */
export interface Edit {
  /** The file, from the project's root. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** Tests of the suite: a file, and the titles of those that are meant; each title is part of a test's full name. */
export interface NamedTests {
  readonly file: string
  readonly titles: readonly string[]
}

/** One way to have a defect again, and the tests that must notice. */
export interface Variant {
  /** What the code does then, in a sentence. */
  readonly does: string
  readonly edits: readonly Edit[]
  readonly caughtBy: readonly NamedTests[]
}

/** A defect of kafkajs that our code does not have. */
export interface Defect {
  /** `P1`. */
  readonly name: string
  /** What goes wrong with it. */
  readonly harm: string
  readonly variants: readonly Variant[]
}
