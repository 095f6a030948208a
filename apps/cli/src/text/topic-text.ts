import type { Permission, PlannedTopic, TopicDifference } from '@house-helper/contracts'
import type { AppliedTopic } from '../topic-plan.ts'
import type { Column } from './output.ts'

/** The options that give the permissions. */
export const permissionFlags: Readonly<Record<Permission, string>> = {
  addPartitions: '--add-partitions',
  shortenRetention: '--shorten-retention',
  lowerDurability: '--lower-durability',
}

/** How topics are shown, planned or applied. */
export const topicColumns: readonly Column<AppliedTopic>[] = [
  { heading: 'TOPIC', cell: ({ topic }) => topic },
  { heading: 'CHANGE', cell: ({ change }) => change, color: (text, { change }, colors) => paint(colors)[change](text) },
  { heading: 'PARTITIONS', cell: ({ partitions }) => String(partitions) },
  { heading: 'REPLICAS', cell: ({ replicationFactor }) => String(replicationFactor) },
  { heading: 'NOTES', cell: notes, wrap: true },
]

function notes({ change, config, differences, kind }: AppliedTopic): string {
  if (change === 'extra') return `${extraKinds[kind ?? 'unknown']}; left alone`
  if (differences.length > 0) return differences.map(differenceText).join('; ')
  return Object.entries(config)
    .map(([name, value]) => `${name}=${valueText(name, value)}`)
    .join(' ')
}

const extraKinds = {
  inbox: "another group's inbox",
  dead: "another group's dead letters",
  sandbox: 'a sandbox',
  domain: 'of another domain',
  unknown: 'of no domain that is known here',
} as const

function differenceText({ what, from, to, allowed, why }: TopicDifference): string {
  const change = `${what} ${valueText(what, from)} -> ${valueText(what, to)}`
  const reason = why === undefined ? '' : `: ${why}`
  if (allowed === 'yes') return change + reason
  return `${change} (${allowed === 'never' ? 'refused' : `needs ${permissionFlags[allowed]}`})${reason}`
}

const units = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
] as const

/** Kafka's value, and what it is in hours, days or weeks where that is a whole number. */
function valueText(name: string, value: string): string {
  if (!name.endsWith('.ms')) return value
  if (value === '-1') return `${value} (forever)`
  const ms = Number(value)
  const unit = units.find(([, each]) => ms >= each && ms % each === 0)
  return unit === undefined ? value : `${value} (${ms / unit[1]}${unit[0]})`
}

/** What is left to do after a plan, for a person. */
export function planText(plan: readonly PlannedTopic[]): string {
  const count = (change: PlannedTopic['change']) => plan.filter((topic) => topic.change === change).length
  const [missing, different] = [count('create'), count('change')]
  if (missing + different === 0) return 'All topics are as wanted.'
  const parts = [missing > 0 ? `${missing} to create` : '', different > 0 ? `${different} not as wanted` : '']
  const { differences, flags } = demands(plan)
  const all = differences.length > 0 && differences.every(({ allowed }) => allowed === 'never')
  if (missing === 0 && all) return `${parts.filter(Boolean).join(', ')}; nothing that topics apply can change.`
  return `${parts.filter(Boolean).join(', ')}: run hh-events topics apply${flags}.`
}

/** The differences of a plan, and the options that those which need a permission ask for. */
function demands(plan: readonly PlannedTopic[]): { differences: readonly TopicDifference[]; flags: string } {
  const differences = plan.flatMap((topic) => topic.differences)
  const flags = Object.entries(permissionFlags)
    .filter(([permission]) => differences.some(({ allowed }) => allowed === permission))
    .map(([, flag]) => ` [${flag}]`)
  return { differences, flags: flags.join('') }
}

type Painter = Readonly<Record<AppliedTopic['change'], (text: string) => string>>

function paint(colors: { green: Painter['create']; yellow: Painter['create']; dim: Painter['create'] }): Painter {
  const { green, yellow, dim } = colors
  return { create: green, created: green, change: yellow, changed: green, differs: yellow, matches: dim, extra: dim }
}
