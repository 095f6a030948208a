/** What a change of a topic takes beside a yes. */
export type Permission = 'addPartitions' | 'shortenRetention' | 'lowerDurability'

/** What a change means, where it is not harmless. */
export interface Caution {
  /** Undefined: the change needs no permission of its own. */
  readonly needs?: Permission
  /** What happens then, as a sentence without its full stop. */
  readonly why: string
}

type Rule = (from: number, to: number) => Caution | undefined

const lessKept: Rule = (from, to) =>
  bound(to) < bound(from)
    ? { needs: 'shortenRetention', why: 'Kafka will remove messages that it keeps now; nothing brings them back' }
    : undefined

const rules: Readonly<Record<string, Rule>> = {
  'retention.ms': lessKept,
  'retention.bytes': lessKept,
  'min.insync.replicas': (from, to) =>
    to < from
      ? {
          needs: 'lowerDurability',
          why: `an event then counts as published with ${to} in sync, and can be lost with them`,
        }
      : undefined,
  'max.message.bytes': (from, to) =>
    to < from ? { why: `messages over ${to} bytes are refused from then on` } : undefined,
}

/** What to know before a setting is changed; undefined where there is nothing. */
export function cautionOf(setting: string, from: string, to: string): Caution | undefined {
  return rules[setting]?.(Number(from), Number(to))
}

/** To Kafka -1 is no bound. */
function bound(value: number): number {
  return value < 0 ? Number.POSITIVE_INFINITY : value
}
