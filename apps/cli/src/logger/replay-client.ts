import { z } from 'zod'
import type { Allowance } from '../deadline.ts'
import { eventsOf, loggerApi, loggerStream, setQuery } from './logger-api.ts'

const text = z.string().nullish()
const count = z.int().nonnegative()
const target = z.looseObject({ group: z.string(), topic: z.string() })
const planSchema = z.looseObject({
  id: z.string(),
  expiresAt: z.string(),
  filter: z.string(),
  targets: z.array(target),
  ratePerSecond: count,
  durationMs: count,
  count,
  types: z.array(z.looseObject({ type: z.string(), count })),
  first: text,
  last: text,
  contract: z.looseObject({
    ...{ judged: count, broken: count, unknownType: count, unknownVersion: count },
    examples: z.array(
      z.looseObject({ id: z.string(), issues: z.array(z.looseObject({ path: z.string(), message: z.string() })) }),
    ),
  }),
  sample: z.array(z.looseObject({ id: z.string(), type: z.string(), timestamp: z.string(), subject: text })),
  groups: z.array(
    z.looseObject({
      group: z.string(),
      types: z.array(z.looseObject({ type: z.string(), onReplay: z.string() })),
    }),
  ),
})
const runSchema = z.looseObject({
  id: z.string(),
  planId: z.string(),
  filter: z.string(),
  targets: z.array(target),
  state: z.string(),
  reason: z.looseObject({ code: z.string(), message: z.string() }).nullish(),
  total: count,
  sent: count,
  ratePerSecond: count,
  perSecond: z.number(),
  remainingMs: count.nullish(),
  createdAt: z.string(),
})
const listSchema = z.object({ replays: z.array(runSchema) })

/** A plan as the logger's API answers it. */
export type LoggedPlan = z.infer<typeof planSchema>

/** A run as the logger's API answers it. */
export type LoggedRun = z.infer<typeof runSchema>

/** What is to be planned. */
export interface PlanCommand {
  readonly filter: string
  readonly groups?: readonly string[] | undefined
  readonly sandbox?: string | undefined
  readonly ratePerSecond?: number | undefined
  readonly by?: string | undefined
}

/** Plans, runs and watches replays. */
export interface ReplayClient {
  plan(command: PlanCommand, allowance: Allowance): Promise<LoggedPlan>
  /** Runs a plan; the same key gives the same run. */
  run(
    command: { planId: string; ratePerSecond?: number | undefined; by?: string | undefined },
    key: string,
    allowance: Allowance,
  ): Promise<LoggedRun>
  get(id: string, allowance: Allowance): Promise<LoggedRun>
  list(limit: number | undefined, allowance: Allowance): Promise<readonly LoggedRun[]>
  change(
    id: string,
    verb: 'pause' | 'resume' | 'cancel',
    command: { by?: string | undefined },
    allowance: Allowance,
  ): Promise<LoggedRun>
  /** The run whenever it has changed, until it has ended or the logger ends the answer. */
  watch(id: string, signal: AbortSignal): AsyncIterable<LoggedRun>
}

/** Makes a client of the event logger at a base address that ends with a slash; holds nothing that would need closing. */
export function createReplayClient(baseUrl: URL, fetch: typeof globalThis.fetch): ReplayClient {
  const ask = loggerApi(fetch)
  const at = (path: string) => new URL(`api/v1/${path}`, baseUrl)
  const runUrl = (id: string, rest = '') => at(`replays/${encodeURIComponent(id)}${rest}`)
  return {
    plan: (command, allowance) => ask(at('replay-plans'), planSchema, allowance, command),
    run: (command, key, allowance) => ask(at('replays'), runSchema, allowance, command, { 'idempotency-key': key }),
    get: (id, allowance) => ask(runUrl(id), runSchema, allowance),
    async list(limit, allowance) {
      const url = at('replays')
      setQuery(url, { limit: limit?.toString() })
      return (await ask(url, listSchema, allowance)).replays
    },
    change: (id, verb, command, allowance) => ask(runUrl(id, `/${verb}`), runSchema, allowance, command),
    watch: (id, signal) => eventsOf(runUrl(id, '/progress'), runSchema, loggerStream(fetch), signal),
  }
}
