import { pause } from '../wire/deadline.ts'

/** What a lease asks and tells. */
export interface LeaseOptions {
  readonly sessionTimeoutMs: number
  /** How much longer than the session a join may be silent: the others have that long to join, too. */
  readonly joinAllowanceMs: number
  isJoining(): boolean
  /** Sends a heartbeat; its answer comes back through `confirm`. Never rejects. */
  heartbeat(): Promise<void>
  /**
   * Asks the coordinator whether it knows this member; false also where it does not answer. A heartbeat cannot tell: a
   * coordinator that has yet to load its groups answers it well, whoever sends it.
   */
  isKnown(): Promise<boolean>
  /** No answer came for three quarters of the session: the group may be about to give the partitions to others. */
  onUncertain(silentMs: number): void
  /** An answer came after all. */
  onCertain(): void
  /** No answer came for two sessions: these connections won't bring one any more. */
  onDead(silentMs: number): void
}

/** Watches how long the coordinator has been silent, and keeps the membership alive whatever else goes on. */
export interface Lease {
  /** A membership begins now. */
  begin(): void
  /**
   * The coordinator has answered a request that was sent at this time, by the monotonic clock. The session counts from
   * there: an answer may have lain unread for as long as the process was held up.
   */
  confirm(sentMs: number): void
  /**
   * A broker was away, and what answers now may be another Kafka under the same address, with messages at the same
   * offsets. Whether its coordinator knows this member is asked at once, and again until it does.
   */
  doubt(): void
  /** There is no membership to keep. */
  end(): void
  readonly isUncertain: boolean
  /** Whether the coordinator has not said since the last doubt that it knows this member: until then nothing may be taken. */
  readonly isDoubtful: boolean
}

const UNCERTAIN_SHARE = 0.75
const DEAD_SHARE = 2
const BEATS = 10
const DOUBT_RETRY_MS = 100

/** Makes a lease; it has no timer before `begin` and after `end`. */
export function createLease(options: LeaseOptions): Lease {
  const { sessionTimeoutMs } = options
  const intervalMs = Math.max(20, Math.floor(sessionTimeoutMs / BEATS))
  let confirmedMs = 0
  let timer: NodeJS.Timeout | undefined
  let uncertain = false
  let beating = false
  let doubts = 0
  /** How many of the doubts are settled, the first ones. */
  let settled = 0

  function check(): void {
    const silentMs = performance.now() - confirmedMs
    const joining = options.isJoining()
    const deadMs = joining ? options.joinAllowanceMs + sessionTimeoutMs : sessionTimeoutMs * DEAD_SHARE
    if (silentMs > deadMs) {
      end()
      options.onDead(silentMs)
      return
    }
    const before = uncertain
    uncertain = silentMs > sessionTimeoutMs * UNCERTAIN_SHARE
    if (uncertain && !before) options.onUncertain(silentMs)
    if (!uncertain && before) options.onCertain()
    if (silentMs >= intervalMs && !joining && !beating) void beat()
  }

  async function beat(): Promise<void> {
    beating = true
    await options.heartbeat()
    beating = false
  }

  function isDoubtful(): boolean {
    return settled < doubts
  }

  async function settleDoubt(): Promise<void> {
    while (isDoubtful()) {
      const asked = doubts
      if ((await options.isKnown()) && doubts === asked) settled = asked
      else await pause(DOUBT_RETRY_MS)
    }
  }

  function end(): void {
    clearInterval(timer)
    timer = undefined
    uncertain = false
    settled = doubts
  }

  return {
    begin() {
      confirmedMs = performance.now()
      uncertain = false
      settled = doubts
      beating = false
      timer ??= setInterval(check, intervalMs)
    },
    confirm(sentMs) {
      if (timer === undefined) return
      confirmedMs = Math.max(confirmedMs, sentMs)
      check()
    },
    doubt() {
      if (timer === undefined) return
      const isAsking = isDoubtful()
      doubts += 1
      if (!isAsking) void settleDoubt()
    },
    end,
    get isUncertain() {
      return uncertain
    },
    get isDoubtful() {
      return isDoubtful()
    },
  }
}
