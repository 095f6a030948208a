import { decodeEnvelope, originalOf, topicNames } from '@house-helper/events-core'
import { effectCollections } from './effects.ts'
import type { Stand } from './stand.ts'
import type { TopicCount } from './topic-count.ts'
import { readTopics } from './topic-reader.ts'
import { createWitness, type Witness } from './witness.ts'

/** What the handlers did, against what the topics gave them to do. */
export interface EffectCount {
  readonly effects: number
  readonly deadLetters: number
  readonly twice: Witness
  readonly outOfOrder: Witness
  /** Events of the handled types with neither an effect nor a dead letter. */
  readonly unaccounted: Witness
}

/** Counts the effects that the handlers' transactions left, and the dead letters of their group. */
export async function countEffects(stand: Stand, { toHandle }: TopicCount): Promise<EffectCount> {
  const done = new Set<string>()
  const twice = createWitness()
  const outOfOrder = createWitness()
  let effects = 0
  for await (const { eventId, lane, seq, after } of effectCollections(stand.service).effects.find()) {
    effects += 1
    if (done.has(eventId)) twice.saw(`${eventId} had its effect again`)
    else if (seq <= after) outOfOrder.saw(`${eventId} (${seq} of ${lane}) had its effect after ${after}`)
    done.add(eventId)
  }
  const dead = await deadEvents(stand)
  const unaccounted = createWitness()
  for (const id of toHandle) if (!done.has(id) && !dead.has(id)) unaccounted.saw(`${id} was not handled`)
  return { effects, deadLetters: dead.size, twice, outOfOrder, unaccounted }
}

async function deadEvents({ transport, name, handlerGroup, handledTypes }: Stand): Promise<Set<string>> {
  const ids = new Set<string>()
  if (handledTypes.length === 0) return ids
  for await (const message of readTopics(transport, [topicNames(name).dead(handlerGroup)])) {
    const decoded = decodeEnvelope(originalOf(message).value)
    if (decoded.readable) ids.add(decoded.envelope.id)
  }
  return ids
}
