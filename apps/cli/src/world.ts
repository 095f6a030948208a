import type { Domain, Transport } from '@house-helper/events-core'
import type { Endpoint } from './doctor/network.ts'
import type { ExitCode } from './exit-code.ts'
import type { ByteSource } from './input/data-input.ts'
import type { Output, TextStream } from './text/output.ts'

/** The environment's variables. */
export type Env = Readonly<Record<string, string | undefined>>

/** Everything outside the program that a command touches, so that tests bring their own. */
export interface World {
  /** What follows the program's name on the command line. */
  readonly argv: readonly string[]
  readonly env: Env
  readonly stdin: ByteSource & { readonly isTTY?: boolean | undefined }
  readonly stdout: TextStream & { readonly columns?: number | undefined }
  readonly stderr: TextStream & { readonly columns?: number | undefined }
  readonly fetch: typeof globalThis.fetch
  /** Calls back when the user wants to stop (Ctrl-C), instead of ending the process; what it returns ends that. */
  readonly onInterrupt: (stop: () => void) => () => void
  /** The version of Node that runs this, without a `v`. */
  readonly nodeVersion: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The domains whose topics and events the commands know. */
  readonly domains: readonly Domain[]
  /** The brokers that the environment names, to be looked for one by one. Throws where the settings are wrong. */
  readonly endpoints: (env: Env) => readonly Endpoint[]
  /** Opens a Transport from the environment; the caller closes it. Throws where the settings are wrong. */
  readonly openTransport: (env: Env) => Transport
}

/** What every command's action is given besides its own arguments. */
export interface Session {
  readonly world: World
  readonly output: Output
  /** How long the command may wait, in milliseconds. */
  readonly timeoutMs: number
  /** Says how the program ends where the command does not throw. */
  finish(exitCode: ExitCode): void
}
