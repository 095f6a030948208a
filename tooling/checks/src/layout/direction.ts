import type { Workspace, WorkspaceKind } from './workspace.ts'

/** The packages from the top down: each may import those above it. Domains, apps, examples and tooling come below. */
const packageOrder: readonly string[] = [
  'events-core',
  'transport-memory',
  'transport-kafka',
  'transport-platformatic',
  'transport-kafkajs',
  'producer',
  'consumer',
  'outbox',
  'testing',
  'contracts',
  'event-log',
]

const production: Record<WorkspaceKind, readonly WorkspaceKind[]> = {
  package: ['package'],
  domain: ['package'],
  app: ['package', 'domain'],
  example: ['domain'],
  tooling: ['package', 'domain', 'app', 'example', 'tooling'],
}

const inTests: Record<WorkspaceKind, readonly WorkspaceKind[]> = {
  package: ['package', 'tooling'],
  domain: ['package', 'tooling'],
  app: ['package', 'domain', 'app', 'tooling'],
  example: ['package', 'domain', 'tooling'],
  tooling: ['package', 'domain', 'app', 'example', 'tooling'],
}

/** The only places that know kafkajs: everybody else has the Transport port. local-stack is below the transports' tests. */
const knowKafkajs: readonly string[] = [
  'packages/transport-kafkajs',
  'tooling/bench',
  'tooling/kafka-testing',
  'tooling/local-stack',
  'tooling/soak',
]

/**
 * The same for @platformatic/kafka. The event logger asks it for the sizes of topics, which the port does not tell; what
 * the tests of `hh-events` share takes rights away with it.
 */
const knowPlatformatic: readonly string[] = [
  'packages/transport-platformatic',
  'apps/cli',
  'apps/event-logger',
  'tooling/bench',
  'tooling/soak',
]

/** Says why one workspace may not import another, or nothing when it may. */
export function whyNotImport(from: Workspace, to: Workspace, isTest: boolean): string | undefined {
  if (from.folder === to.folder) return undefined
  if (from.kind === 'domain' && to.kind === 'domain') return 'no domain imports another'
  if (from.kind === 'example' && !isTest && to.kind !== 'domain') return 'examples import domain packages only'
  if (!(isTest ? inTests : production)[from.kind].includes(to.kind))
    return `${to.folder} is below ${from.folder} in the layout, and imports point up`
  return from.kind === 'package' && to.kind === 'package' ? whyNotAbove(from, to) : undefined
}

/** Says why a workspace may not import a package from the registry, or nothing when it may. */
export function whyNotImportForeign(from: Workspace, name: string, isTest: boolean): string | undefined {
  if (isTest) return undefined
  if (from.kind === 'example') return 'examples import domain packages only'
  if (name === 'kafkajs' && !knowKafkajs.includes(from.folder)) return 'only transport-kafkajs imports kafkajs'
  if (name === '@platformatic/kafka' && !knowPlatformatic.includes(from.folder))
    return 'only transport-platformatic imports @platformatic/kafka'
  return undefined
}

function whyNotAbove(from: Workspace, to: Workspace): string | undefined {
  const [fromPlace, toPlace] = [placeOf(from), placeOf(to)]
  for (const [place, workspace] of [[fromPlace, from] as const, [toPlace, to] as const])
    if (place < 0) return `${workspace.folder} has no place in the layout: give it one in direction.ts`
  return toPlace < fromPlace ? undefined : `${to.folder} is below ${from.folder} in the layout, and imports point up`
}

function placeOf(workspace: Workspace): number {
  return packageOrder.indexOf(workspace.folder.replace('packages/', ''))
}
