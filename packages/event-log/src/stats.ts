/** What became of messages, by number. */
export interface Counts {
  /** Messages that have a record of their own, conflicts included. */
  readonly recorded: number
  /** Messages that say again what a record already says. */
  readonly repeats: number
  /** Records under an id that another, different event has. */
  readonly conflicts: number
  /** Messages without a readable envelope. */
  readonly quarantined: number
}

/** One topic-partition as this recorder has worked on it. */
export interface PartitionStats {
  readonly topic: string
  readonly partition: number
  /** Whether this recorder has the partition now. */
  readonly assigned: boolean
  /** Since this recorder was made; rises only. */
  readonly run: Counts
  /** By the ledger, with earlier runs and other recorders, as of this recorder's last look at it. */
  readonly total: Counts
  /** The next offset to be recorded, by the ledger; undefined until it was read. */
  readonly next: number | undefined
  /** Messages in Kafka that are not recorded, as last measured; undefined until it was. */
  readonly lag: number | undefined
  /** Batches written since this recorder was made. */
  readonly batches: number
  /** Milliseconds spent on them, from taking the messages to the ledger's acknowledgement; `/ messages` is the figure per message. */
  readonly processingMs: number
  /** Messages in those batches. */
  readonly messages: number
  /** Attempts that failed and were made again. */
  readonly errors: number
  readonly lastError: { readonly code: string; readonly message: string; readonly at: Date } | undefined
}

/** A recorder's figures at one moment. */
export interface RecorderStats {
  /** Every partition that this recorder has had, by topic and partition. */
  readonly partitions: readonly PartitionStats[]
  /** The topics that it receives. */
  readonly topics: readonly string[]
  /** When lag was last measured; undefined until it was. */
  readonly lagMeasuredAt: Date | undefined
}

/** Adds counts up. */
export function addCounts(a: Counts, b: Counts): Counts {
  return {
    recorded: a.recorded + b.recorded,
    repeats: a.repeats + b.repeats,
    conflicts: a.conflicts + b.conflicts,
    quarantined: a.quarantined + b.quarantined,
  }
}

/** Nothing yet. */
export const noCounts: Counts = { recorded: 0, repeats: 0, conflicts: 0, quarantined: 0 }
