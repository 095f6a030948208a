/** Where a command runs, and where it writes. */
export interface CommandContext {
  /** The root of the workspace whose domains are meant. */
  readonly root: string
  /** Writes one line of output. */
  print(line: string): void
}

/** One command of `pnpm contracts`. */
export interface Command {
  /** Its arguments and what it does, as `--help` shows them. */
  readonly usage: string
  /** Resolves with the exit code: 0 where nothing is wrong. */
  run(args: readonly string[], context: CommandContext): Promise<number>
}
