import { z } from 'zod'
import type { Allowance } from '../deadline.ts'
import { loggerApi, setQuery } from './logger-api.ts'

const text = z.string().nullish()
const count = z.int().nonnegative()
const failure = z.looseObject({ code: z.string(), message: z.string() }).nullish()
const letterSchema = z.looseObject({
  id: z.string(),
  group: z.string(),
  state: z.string(),
  count,
  lastTime: z.string(),
  type: text,
  subject: text,
  lastFailure: failure,
  unreadable: z.looseObject({ reason: z.string(), message: z.string() }).nullish(),
})
const pageSchema = z.object({ deadLetters: z.array(letterSchema), next: text })
const groupsSchema = z.object({
  groups: z.array(
    z.looseObject({
      group: z.string(),
      fingerprint: z.string(),
      count,
      lastTime: z.string(),
      exampleId: text,
      type: text,
      failure,
    }),
  ),
})
const resultSchema = z.object({
  matched: count,
  changed: count,
  skipped: z.array(z.object({ id: z.string(), reason: z.string() })),
  sample: z.array(letterSchema),
  problem: z.object({ code: z.string(), message: z.string() }).nullish(),
  next: text,
})

/** A dead letter as the logger's API answers it: the fields that a table shows, and all others as they came. */
export type LoggedDeadLetter = z.infer<typeof letterSchema>

/** Dead letters of one group with the same error. */
export type DeadLetterGroup = z.infer<typeof groupsSchema>['groups'][number]

/** What one call of a redrive or discard has done. */
export type CommandResult = z.infer<typeof resultSchema>

/** What narrows dead letters; what is undefined does not. */
export type DeadLetterFilter = Readonly<
  Partial<Record<'group' | 'type' | 'subject' | 'fingerprint' | 'since' | 'until', string | undefined>>
>

/** What a redrive or discard is about, and how far it goes. */
export interface DeadLetterCommand {
  readonly ids?: readonly string[] | undefined
  readonly filter?: DeadLetterFilter | undefined
  readonly dryRun?: boolean | undefined
  readonly limit?: number | undefined
  /** Of a redrive only. */
  readonly ratePerSecond?: number | undefined
  readonly by?: string | undefined
  readonly cursor?: string | undefined
}

/** Asks the event logger about dead letters, and commands it. */
export interface DeadClient {
  list(
    query: DeadLetterFilter & { readonly [Name in 'state' | 'limit' | 'cursor']?: string | undefined },
    allowance: Allowance,
  ): Promise<z.infer<typeof pageSchema>>
  groups(
    query: { readonly [Name in 'group' | 'state' | 'limit']?: string | undefined },
    allowance: Allowance,
  ): Promise<readonly DeadLetterGroup[]>
  /** @throws CliError `LOGGER_REFUSED` when no dead letter has this id. */
  get(id: string, allowance: Allowance): Promise<LoggedDeadLetter>
  command(verb: 'redrive' | 'discard', command: DeadLetterCommand, allowance: Allowance): Promise<CommandResult>
}

/** Makes a client of the event logger at a base address that ends with a slash; holds nothing that would need closing. */
export function createDeadClient(baseUrl: URL, fetch: typeof globalThis.fetch): DeadClient {
  const ask = loggerApi(fetch)
  const at = (path: string, query: Readonly<Record<string, string | undefined>> = {}) => {
    const url = new URL(`api/v1/dead-letters${path}`, baseUrl)
    setQuery(url, query)
    return url
  }
  return {
    list: (query, allowance) => ask(at('', query), pageSchema, allowance),
    groups: async (query, allowance) => (await ask(at('/groups', query), groupsSchema, allowance)).groups,
    get: (id, allowance) => ask(at(`/${encodeURIComponent(id)}`), letterSchema, allowance),
    command: (verb, command, allowance) => ask(at(`/${verb}`), resultSchema, allowance, command),
  }
}
