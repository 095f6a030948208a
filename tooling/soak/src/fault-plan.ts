import { type Fault, type FaultKind, randomNumbers } from '@house-helper/fault-proxy'

/** A fault of a plan: to a connection, to all connections, or to a process. */
export type PlannedFault =
  | {
      readonly kind: 'request'
      readonly server: ServerName
      readonly fault: Fault
      /** How long a blackhole lasts, in milliseconds. */
      readonly lastsMs: number
    }
  | { readonly kind: 'cut-all'; readonly server: ServerName }
  | { readonly kind: 'kill' | 'freeze'; readonly fleet: FleetName; readonly place: number; readonly forMs: number }

/** The servers behind proxies. */
export type ServerName = 'kafka' | 'mongodb'

/** The programs that are killed and frozen. */
export type FleetName = 'loggers' | 'handlers'

/** What a plan may do. */
export interface PlanOptions {
  readonly loggers: number
  readonly handlers: number
  /** The longest time that a process is frozen, in milliseconds. */
  readonly maxFreezeMs: number
  /** The longest blackhole, in milliseconds. */
  readonly maxBlackholeMs: number
}

/** The requests of publishers, event loggers and handlers. The frequent ones stand more often: they meet more faults. */
const requests: Readonly<Record<ServerName, readonly string[]>> = {
  kafka: [
    ...['Produce', 'Produce', 'Produce', 'Produce', 'InitProducerId', 'ApiVersions', 'Metadata', 'ListOffsets'],
    ...['Fetch', 'Fetch', 'Fetch', 'OffsetCommit', 'OffsetCommit', 'OffsetFetch', 'FindCoordinator', 'JoinGroup'],
    ...['SyncGroup', 'Heartbeat', 'Heartbeat', 'LeaveGroup'],
  ],
  mongodb: ['insert', 'insert', 'update', 'findAndModify', 'find', 'commitTransaction', 'commitTransaction', 'hello'],
}
const kinds: readonly FaultKind[] = ['cut-before', 'cut-after', 'cut-after', 'delay', 'blackhole']

/** The faults of a seed without end; the same seed gives the same ones. */
export function* faultPlan(seed: number, options: PlanOptions): Generator<PlannedFault, never, void> {
  const random = randomNumbers(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item
  for (;;) {
    const dice = random()
    if (dice < 0.74) {
      const server: ServerName = dice < 0.5 ? 'kafka' : 'mongodb'
      const kind = pick(kinds)
      const times = kind.startsWith('cut') ? 1 + below(3) : 1
      const fault = { kind, requests: [pick(requests[server])], skip: below(4), times, delayMs: 50 + below(2_500) }
      yield { kind: 'request', server, fault, lastsMs: 200 + below(options.maxBlackholeMs) }
    } else if (dice < 0.82) {
      yield { kind: 'cut-all', server: pick(['kafka', 'mongodb']) }
    } else {
      const fleet: FleetName =
        random() < options.loggers / (options.loggers + options.handlers) ? 'loggers' : 'handlers'
      const kind = dice < 0.91 ? 'kill' : 'freeze'
      const forMs = kind === 'kill' ? below(1_000) : 200 + below(options.maxFreezeMs)
      yield { kind, fleet, place: below(options[fleet]), forMs }
    }
  }
}

/** What a fault is counted as. */
export function faultGroup(planned: PlannedFault): string {
  switch (planned.kind) {
    case 'request':
      return `${planned.fault.kind} of ${planned.server} requests`
    case 'cut-all':
      return `all connections to ${planned.server} cut`
    case 'kill':
      return `SIGKILL of ${planned.fleet}`
    case 'freeze':
      return `SIGSTOP of ${planned.fleet}`
  }
}
