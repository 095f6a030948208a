import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultProxy } from '@house-helper/fault-proxy'
import { type FleetName, faultGroup, type PlannedFault, type ServerName } from './fault-plan.ts'
import type { Fleet } from './fleet.ts'

/** What faults are let loose on. */
export interface FaultTargets {
  readonly proxies: Readonly<Record<ServerName, FaultProxy>>
  readonly fleets: Readonly<Record<FleetName, Fleet>>
}

/** When faults are let loose. */
export interface FaultPace {
  /** Ends once so many have hit. */
  readonly hits: number
  /** Not before this time is over, in milliseconds: the rest of it brings further faults. Default 0. */
  readonly forMs?: number
  /** The pause between two, in milliseconds. */
  readonly pauseMs: number
  /** How long a fault waits for its request before it is taken back, in milliseconds. */
  readonly patienceMs: number
  readonly signal?: AbortSignal
}

/** How many faults hit, by what they did. */
export type FaultCounts = ReadonlyMap<string, number>

/** Lets faults of a plan loose, several at a time; resolves once all that were are over. */
export async function injectFaults(
  plan: Iterator<PlannedFault, unknown>,
  targets: FaultTargets,
  { hits, forMs = 0, pauseMs, patienceMs, signal }: FaultPace,
): Promise<FaultCounts> {
  const counts = new Map<string, number>()
  const running = new Set<Promise<void>>()
  const endMs = performance.now() + forMs
  let hit = 0
  while (hit < hits || performance.now() < endMs) {
    signal?.throwIfAborted()
    const { value: planned, done } = plan.next()
    if (done) break
    const one = injectOne(planned, targets, patienceMs).then((did) => {
      running.delete(one)
      if (!did) return
      hit += 1
      const group = faultGroup(planned)
      counts.set(group, (counts.get(group) ?? 0) + 1)
    })
    running.add(one)
    await sleep(pauseMs)
  }
  await Promise.all(running)
  return counts
}

/** Lets one fault loose and waits for its end; false where no request met it. */
async function injectOne(
  planned: PlannedFault,
  { proxies, fleets }: FaultTargets,
  patienceMs: number,
): Promise<boolean> {
  switch (planned.kind) {
    case 'kill':
      await fleets[planned.fleet].kill(planned.place, planned.forMs)
      return true
    case 'freeze':
      await fleets[planned.fleet].freeze(planned.place, planned.forMs)
      return true
    case 'cut-all':
      proxies[planned.server].cutAll()
      return true
    case 'request': {
      const active = proxies[planned.server].inject(planned.fault)
      await Promise.race([active.spent, sleep(patienceMs)])
      if (planned.fault.kind === 'blackhole' && active.hits > 0) await sleep(planned.lastsMs)
      active.lift()
      return active.hits > 0
    }
  }
}
