import { z } from 'zod'
import { closedObject } from './closed-object.ts'
import type { EnvironmentProblem, Read } from './problem.ts'
import { type Service, serviceSchema } from './service.ts'
import { type TopicSettings, topicSettingsSchema } from './topic-settings.ts'

/** The settings of topics in one environment, from the general to the particular. */
export interface EnvironmentTopics {
  /** Of every topic; its retention is not that of dead letters. */
  readonly all: TopicSettings
  /** Of the topic of one domain. */
  readonly domains: Readonly<Record<string, TopicSettings>>
  /** Of every group's inbox. */
  readonly inbox: TopicSettings
  /** Of every group's dead letters; kept for ever by default. */
  readonly dead: TopicSettings
}

/** One environment: how its topics are, and what its services do. */
export interface Environment {
  readonly topics: EnvironmentTopics
  readonly services: readonly Service[]
}

const topicsSchema = closedObject({
  all: topicSettingsSchema.default({}),
  domains: z.record(z.string(), topicSettingsSchema).default({}),
  inbox: topicSettingsSchema.default({}),
  dead: topicSettingsSchema.default({}),
})

const environmentSchema: z.ZodType<Environment, unknown> = closedObject({
  topics: topicsSchema.prefault({}),
  services: z.array(serviceSchema).readonly().default([]),
})

const fileSchema = closedObject({ environments: z.record(z.string(), z.unknown()) })

/**
 * Reads one environment of a file that holds several, checked against the domains that there are. All problems come at
 * once.
 */
export function readEnvironment(
  file: unknown,
  name: string | undefined,
  domains: readonly string[],
): Read<Environment> {
  const outer = fileSchema.safeParse(file)
  if (!outer.success) return { ok: false, problems: problemsOf(outer.error, []) }
  const { environments } = outer.data
  const chosen = name ?? onlyOf(Object.keys(environments))
  const path = ['environments', ...(chosen === undefined ? [] : [chosen])]
  if (chosen === undefined || !(chosen in environments)) return noSuch(chosen, Object.keys(environments))
  const inner = environmentSchema.safeParse(environments[chosen] ?? {})
  if (!inner.success) return { ok: false, problems: problemsOf(inner.error, path) }
  const problems = [...domainProblems(inner.data, path, domains), ...replicaProblems(inner.data, path)]
  return problems.length === 0 ? { ok: true, value: inner.data } : { ok: false, problems }
}

function onlyOf(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined
}

function noSuch(name: string | undefined, names: readonly string[]): Read<Environment> {
  const there = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`
  const message =
    name === undefined ? `${there}: say which with --environment` : `has no ${JSON.stringify(name)}; ${there}`
  return { ok: false, problems: [{ path: ['environments'], message }] }
}

function problemsOf(error: z.ZodError, before: readonly string[]): readonly EnvironmentProblem[] {
  return error.issues.map(({ path, message }) => ({
    path: [...before, ...path.map((part) => (typeof part === 'symbol' ? String(part) : part))],
    message: message.replace(/^Invalid input: /, 'is wrong: '),
  }))
}

type Path = readonly (string | number)[]

function domainProblems(environment: Environment, path: Path, domains: readonly string[]): EnvironmentProblem[] {
  const named: (readonly [name: string, at: Path])[] = [
    ...Object.keys(environment.topics.domains).map((name) => [name, ['topics', 'domains', name]] as const),
    ...environment.services.flatMap(({ publishes, handles }, index) => [
      ...publishes.map((name, at) => [name, ['services', index, 'publishes', at]] as const),
      ...handles.map((name, at) => [name, ['services', index, 'handles', at]] as const),
    ]),
  ]
  return named
    .filter(([name]) => !domains.includes(name))
    .map(([name, at]) => ({
      path: [...path, ...at],
      message: `names no domain: ${JSON.stringify(name)}; there are ${domains.join(', ')}`,
    }))
}

/** An event that needs more replicas than there are could never be published. */
function replicaProblems({ topics }: Environment, path: Path): EnvironmentProblem[] {
  const places: (readonly [at: Path, settings: TopicSettings])[] = [
    [['all'], topics.all],
    [['inbox'], { ...topics.all, ...topics.inbox }],
    [['dead'], { ...topics.all, ...topics.dead }],
    ...Object.entries(topics.domains).map(([name, own]) => [['domains', name], { ...topics.all, ...own }] as const),
  ]
  const wrong = places.filter(
    ([, { minInsyncReplicas: least, replicationFactor: copies = 1 }]) => least !== undefined && least > copies,
  )
  return wrong.slice(0, 1).map(([at, { minInsyncReplicas, replicationFactor = 1 }]) => ({
    path: [...path, 'topics', ...at],
    message: `asks for ${minInsyncReplicas} replicas in sync (minInsyncReplicas) of ${replicationFactor} (replicationFactor): nothing could be published; raise replicationFactor`,
  }))
}
