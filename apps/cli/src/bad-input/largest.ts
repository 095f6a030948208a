import { type BadMessage, envelopeText, messageOf, type Recorded, type Row, type Treated } from './bad-message.ts'

/** What a topic takes in one batch where nothing else is set: `max.message.bytes`. */
const TOPIC_MAX_BYTES = 1_048_588
/** A batch's own fields, and those of a record of this size beside its key and value. */
const BATCH_BYTES = 61
const RECORD_BYTES = 11

/** The bytes of the largest value that such a topic takes under a key of this many bytes. */
export function largestValueBytes(keyBytes: number): number {
  return TOPIC_MAX_BYTES - BATCH_BYTES - RECORD_BYTES - keyBytes
}

const keyBytes = messageOf(null).key?.length ?? 0

function filled(name: string, data: (filling: string) => string, recorded: Recorded, treated: Treated): Row {
  return (id): BadMessage => {
    const text = (filling: string) => envelopeText(id, { data: data(filling) })
    const filling = 'x'.repeat(largestValueBytes(keyBytes) - text('').length)
    return { name, id, data: data(filling), message: messageOf(text(filling)), recorded, treated }
  }
}

/** Messages that fill all that the topic takes. */
export const largest: readonly Row[] = [
  filled('the largest event', (filling) => `{"taskId":"task-001","title":"Sweep${filling}"}`, 'ok', 'handled'),
  filled('the largest event that is broken', (filling) => `{"title":"${filling}"}`, 'broken', 'CONTRACT_BROKEN'),
  () => ({
    name: 'the largest message that is no event',
    message: messageOf('x'.repeat(largestValueBytes(keyBytes))),
    recorded: 'quarantine: not-json',
    treated: 'passed',
  }),
]
