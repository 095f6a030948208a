import { setTimeout as sleep } from 'node:timers/promises'
import { topicNames } from '@house-helper/events-core'
import type { Stand } from '../stand.ts'
import { createWitness, type Witness } from '../witness.ts'

/** Watches a group's commits, which must only ever go forward. */
export interface CommitCourse {
  /** Commits that were behind an earlier one of their partition. */
  readonly back: Witness
  /** Looks a last time. */
  stop(): Promise<void>
}

const EVERY_MS = 200

/** Begins to look at the commits of a stand's handlers. */
export function watchCommits({ transport, topics, name, handlerGroup }: Stand): CommitCourse {
  const back = createWitness()
  const furthest = new Map<string, number>()
  const all = [...topics, topicNames(name).inbox(handlerGroup)]
  let stopped = false
  const look = async (): Promise<void> => {
    for (const { topic, partition, offset } of await transport.admin.committed(handlerGroup, all)) {
      const place = `${topic}/${partition}`
      const before = furthest.get(place) ?? 0
      if (offset < before) back.saw(`${place} was committed at ${offset} after ${before}`)
      furthest.set(place, Math.max(before, offset))
    }
  }
  const running = (async () => {
    while (!stopped) {
      await look()
      await sleep(EVERY_MS)
    }
  })()
  // Whoever stops it hears of a failure.
  running.catch(() => {})
  return {
    back,
    async stop() {
      stopped = true
      await running
      await look()
    },
  }
}
