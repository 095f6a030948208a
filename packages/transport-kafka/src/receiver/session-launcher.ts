import type { Logger, TransportError } from '@house-helper/events-core'
import { pause } from '../wire/deadline.ts'
import type { ConsumerSession } from './session.ts'

/** What beginning sessions needs of the receiver. */
export interface SessionLauncherOptions {
  readonly groupId: string
  readonly logger: Logger
  /** Whether the receiver has not ended: afterwards none begins. */
  isOpen(): boolean
  /** Resolves once there is a broker to begin with; rejects where there never will be. */
  untilReachable(): Promise<void>
  /** Makes a session whose events count while it is the current one. */
  create(isCurrent: () => boolean): ConsumerSession
  /** What an error of a session means. */
  meaningOf(error: unknown): TransportError
  /** A session could not begin, and none ever will. */
  onFinal(error: TransportError): void
}

/** Keeps a receiver in one session at a time. */
export interface SessionLauncher {
  /** The session of now; undefined between two. */
  readonly session: ConsumerSession | undefined
  /** Begins a session, again and again while that can be cured by itself. Never rejects. */
  launch(): Promise<void>
  /** Ends the session of now and begins another. Never rejects. */
  relaunch(): Promise<void>
}

const RELAUNCH_MS = 1_000

/** Makes a launcher; there is no session before `launch`. */
export function createSessionLauncher(options: SessionLauncherOptions): SessionLauncher {
  const { groupId, logger, isOpen } = options
  let session: ConsumerSession | undefined

  async function launch(): Promise<void> {
    while (isOpen() && session === undefined) {
      let launched: ConsumerSession | undefined
      try {
        // A client may wait longer after each attempt to connect, and would begin seconds after a broker is back.
        await options.untilReachable()
        if (!isOpen()) return
        launched = options.create(() => session === launched)
        session = launched
        await launched.run()
        return
      } catch (error) {
        await launched?.end(0)
        // Its events may have made an end of it already, or a new beginning.
        if (session !== launched) return
        session = undefined
        const mapped = options.meaningOf(error)
        if (!mapped.canRetry) {
          options.onFinal(mapped)
          return
        }
        logger.warn({ groupId, code: mapped.code }, `The receiver could not begin and tries again: ${mapped.message}`)
        await pause(RELAUNCH_MS)
      }
    }
  }

  return {
    get session() {
      return session
    },
    launch,
    async relaunch() {
      const old = session
      session = undefined
      await old?.end(0)
      await pause(RELAUNCH_MS)
      await launch()
    },
  }
}
