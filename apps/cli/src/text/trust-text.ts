import type { LogFinding, LogVerdict, RetainedDomain } from '../logger/trust-client.ts'
import type { Column } from './output.ts'

/** A finding as a sentence: where, what is wrong, and what to do. */
export function findingText({ topic, partition, generation, from, to, kind, inTopic, detail }: LogFinding): string {
  const offsets = to - from === 1 ? `offset ${from}` : `offsets ${from} to ${to - 1}`
  const place = from === to ? `at ${from}` : offsets
  const which = generation > 1 ? ` of generation ${generation}` : ''
  const remedy = remedyOf(kind, inTopic, topic)
  return `${topic}/${partition}, ${place}${which} (${kind}): ${detail}. ${remedy}`
}

function remedyOf(kind: string, inTopic: boolean, topic: string): string {
  const lacks = kind === 'missing' || kind === 'unrecorded'
  if (lacks && inTopic) return `Kafka still has it: hh-events log backfill --topic ${topic}`
  if (kind === 'missing') return 'Kafka has it no more: restore it from a backup.'
  if (kind === 'different') return 'Find out who writes to MongoDB; restore the record from a backup.'
  if (kind === 'extra') return 'Find out who writes to MongoDB; nothing removes it by itself.'
  if (kind === 'head-differs') return 'Records or ledger were altered: compare them with a backup.'
  return 'Only the recorder may write to the ledger: restore it from a backup.'
}

/** The columns of what was found of each partition. */
export const verdictColumns: readonly Column<LogVerdict>[] = [
  { heading: 'TOPIC', cell: ({ topic }) => topic },
  { heading: 'PARTITION', cell: ({ partition }) => String(partition) },
  { heading: 'MESSAGES', cell: ({ messages }) => String(messages) },
  { heading: 'IN KAFKA', cell: ({ compared, topicIsSame }) => (topicIsSame ? String(compared) : 'another log') },
  { heading: 'REMOVED', cell: ({ removed }) => String(removed) },
  { heading: 'IN GAPS', cell: ({ gaps }) => String(gaps) },
  { heading: 'HEADS', cell: ({ heads: { proved, unproved } }) => `${proved} of ${proved + unproved}` },
  {
    heading: 'FINDINGS',
    cell: ({ findings }) => String(findings),
    color: (text, { findings }, colors) => (findings > 0 ? colors.red(text) : colors.green(text)),
  },
]

/** The columns of what retention would remove of each domain. */
export const retentionColumns: readonly Column<RetainedDomain>[] = [
  { heading: 'DOMAIN', cell: ({ domain }) => domain },
  { heading: 'BEFORE', cell: ({ cutoff }) => minute(cutoff) },
  { heading: 'RECORDS', cell: ({ records }) => String(records) },
  { heading: 'QUARANTINED', cell: ({ quarantined }) => String(quarantined) },
  { heading: 'FROM', cell: ({ oldest }) => minute(oldest) },
  { heading: 'TO', cell: ({ newest }) => minute(newest) },
  { heading: 'OLDEST KEPT', cell: ({ oldestKept }) => minute(oldestKept) },
  {
    heading: 'REMOVED BEFORE',
    cell: ({ removedBefore: { records, quarantined } }) => String(records + quarantined),
  },
]

function minute(time: string | null | undefined): string {
  return time == null ? '' : time.slice(0, 16).replace('T', ' ')
}
