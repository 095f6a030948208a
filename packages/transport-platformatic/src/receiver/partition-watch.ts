import type { Wire } from '@house-helper/transport-kafka'

const INTERVAL_MS = 30_000
const TIMEOUT_MS = 10_000

/**
 * Calls back once topics have other partitions than at first, or one of them is there that was missing: whoever has dealt
 * the partitions to the group has to do it again. Returns what ends the watch.
 */
export function watchPartitions(wire: Wire, topics: readonly string[], onChange: () => void): () => void {
  let before: string | undefined
  let timer: NodeJS.Timeout | undefined
  let ended = false

  async function look(): Promise<void> {
    const now = await counts(wire, topics).catch(() => undefined)
    if (ended) return
    if (before !== undefined && now !== undefined && now !== before) return onChange()
    before ??= now
    timer = setTimeout(look, INTERVAL_MS)
  }

  void look()
  return () => {
    ended = true
    clearTimeout(timer)
  }
}

async function counts(wire: Wire, topics: readonly string[]): Promise<string> {
  const { topicMetadata } = await wire.metadata(topics, TIMEOUT_MS)
  const found = topicMetadata.map(({ topic, partitionMetadata }) => `${topic} ${partitionMetadata.length}`)
  return found.sort().join()
}
