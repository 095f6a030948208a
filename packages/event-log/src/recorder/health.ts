/** How the recorder is: `up`, `degraded` (it works on, or will again by itself, and says what is wrong), or `down`. */
export interface RecorderHealth {
  readonly state: 'up' | 'degraded' | 'down'
  /** What is wrong, one sentence each; empty when `up`. Never payloads. */
  readonly reasons: readonly string[]
}

/** Collects what is wrong under a name each, so that it can be taken back. */
export interface HealthReasons {
  /** Says what is wrong until `clear` is called with the same name. */
  set(name: string, reason: string): void
  clear(name: string): void
  /** Says what is wrong for as long as an alarm is held; a later one of the same name replaces it. */
  alarm(name: string, reason: string): void
  /** Nothing works any more; there is no way back. */
  down(reason: string): void
  health(): RecorderHealth
}

/** Makes an empty collection of reasons. An alarm counts for `alarmHoldMs` after it was raised. */
export function healthReasons(alarmHoldMs: number, now: () => number = Date.now): HealthReasons {
  const reasons = new Map<string, { reason: string; until: number }>()
  let downReason: string | undefined
  return {
    set: (name, reason) => void reasons.set(name, { reason, until: Number.POSITIVE_INFINITY }),
    clear: (name) => void reasons.delete(name),
    alarm: (name, reason) => void reasons.set(`alarm:${name}`, { reason, until: now() + alarmHoldMs }),
    down: (reason) => {
      downReason ??= reason
    },
    health: () => {
      if (downReason !== undefined) return { state: 'down', reasons: [downReason] }
      for (const [name, { until }] of reasons) if (until <= now()) reasons.delete(name)
      const wrong = [...reasons.values()].map(({ reason }) => reason)
      return { state: wrong.length === 0 ? 'up' : 'degraded', reasons: wrong }
    },
  }
}
