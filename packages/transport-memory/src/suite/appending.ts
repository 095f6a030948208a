import type { FetchedMessage, Headers, OutgoingMessage } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import type { Stage } from './stage.ts'
import { textMessage, texts } from './stage.ts'

/** The tests of a Transport's sender. */
export function describeAppending(stage: Stage): void {
  const append = (topic: string, partition: number, messages: readonly OutgoingMessage[]) =>
    stage.transport.sender.append({ topic, partition, messages }, { timeoutMs: stage.harness.waitMs })

  describe('appending', () => {
    it('keeps keys, values, headers and nulls byte for byte', async () => {
      const topic = await stage.topic()
      const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
      const sent: OutgoingMessage[] = [
        { key: every, value: Buffer.from(every).reverse() },
        { key: null, value: Buffer.from('{"a":1}') },
        { key: Buffer.from('k'), value: null },
        { key: Buffer.alloc(0), value: Buffer.alloc(0) },
        {
          key: null,
          value: Buffer.from('v'),
          headers: headers([
            ['a', '1'],
            ['a', '2'],
            ['b', null],
            ['ü', ''],
          ]),
        },
      ]
      await append(topic, 0, sent)
      const read = await stage.transport.read({ topic, partition: 0, offset: 0 })
      expect(read.map(bytesOf)).toEqual(sent.map(bytesOf))
    })

    it('keeps the timestamp that a message comes with', async () => {
      const topic = await stage.topic()
      const timestampMs = Date.UTC(2025, 9, 9, 12)
      await append(topic, 0, [{ ...textMessage('then'), timestampMs }])
      expect(await stage.transport.read({ topic, partition: 0, offset: 0 })).toMatchObject([{ timestampMs }])
    })

    it('lets several callers append to one partition at the same time', async () => {
      const topic = await stage.topic()
      // A transport that has appended before may have something that callers share: they all go on from there.
      await append(topic, 0, [textMessage('first')])
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, caller) => append(topic, 0, [textMessage(`${caller}`)])),
      )
      expect(new Set(answers.map(({ baseOffset }) => baseOffset)).size).toBe(20)
      const stored = await stage.transport.read({ topic, partition: 0, offset: 1 })
      const callerAt = new Map(answers.map(({ baseOffset }, caller) => [baseOffset, `${caller}`]))
      expect(new Map(stored.map(({ offset, value }) => [offset, Buffer.from(value ?? []).toString()]))).toEqual(
        callerAt,
      )
    })

    it('answers with the offset of the batch, counted from 0 in each partition', async () => {
      const topic = await stage.topic(2)
      const first = await stage.append(topic, 0, texts(3))
      const second = await stage.append(topic, 0, texts(2))
      const third = await stage.append(topic, 0, texts(1))
      const other = await stage.append(topic, 1, texts(1))
      expect([first, second, third, other]).toEqual([0, 3, 5, 0])
    })

    it('keeps the order of each partition while many partitions are appended to at once', async () => {
      const partitions = [0, 1, 2, 3, 4, 5]
      const topic = await stage.topic(partitions.length)
      const sent = partitions.map((partition) => texts(40, `p${partition}-`))
      await Promise.all(
        partitions.map(async (partition) => {
          for (let from = 0; from < 40; from += 8) {
            await stage.append(topic, partition, sent[partition]?.slice(from, from + 8) ?? [])
          }
        }),
      )
      const read = await Promise.all(partitions.map((partition) => readAll(stage, topic, partition)))
      expect(read).toEqual(sent)
    })

    it('refuses a message larger than the topic takes, and goes on', async () => {
      const topic = await stage.topic()
      const tooLarge = append(topic, 0, [{ key: null, value: Buffer.alloc(2 * 1024 * 1024, 1) }])
      await expect(tooLarge).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE', outcome: 'not-sent', canRetry: false })
      expect(await stage.append(topic, 0, ['small'])).toBe(0)
    })

    it('fails with TOPIC_MISSING for a topic that does not exist, and goes on', async () => {
      const missing = append(stage.freshName(), 0, [textMessage('lost')])
      await expect(missing).rejects.toMatchObject({ code: 'TOPIC_MISSING', outcome: 'not-sent' })
      expect(await stage.append(await stage.topic(), 0, ['found'])).toBe(0)
    })

    it('fails with TOPIC_MISSING for a partition that does not exist', async () => {
      const missing = append(await stage.topic(2), 2, [textMessage('lost')])
      await expect(missing).rejects.toMatchObject({ code: 'TOPIC_MISSING', outcome: 'not-sent' })
    })
  })
}

async function readAll(stage: Stage, topic: string, partition: number): Promise<string[]> {
  const values: string[] = []
  for (let offset = 0; ; ) {
    const messages = await stage.transport.read({ topic, partition, offset })
    if (messages.length === 0) return values
    values.push(...messages.map(({ value }) => Buffer.from(value ?? []).toString()))
    offset = (messages.at(-1)?.offset ?? 0) + 1
  }
}

function headers(pairs: readonly (readonly [string, string | null])[]): Headers {
  return pairs.map(([name, value]) => [name, value === null ? null : Buffer.from(value)] as const)
}

/** What a message carries, as hexadecimal texts: a Buffer and a Uint8Array of the same bytes are equal here. */
function bytesOf(message: OutgoingMessage | FetchedMessage): unknown {
  const hex = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString('hex'))
  const pairs = (message.headers ?? []).map(([name, value]) => [name, hex(value)])
  return { key: hex(message.key), value: hex(message.value), headers: pairs }
}
