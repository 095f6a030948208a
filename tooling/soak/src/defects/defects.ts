import type { Defect, Edit } from './defect.ts'

const kafka = 'packages/transport-kafka/src'
const kafkajs = 'packages/transport-kafkajs/src'
const consumer = 'packages/consumer/src'
const producerFile = `${kafka}/sender/partition-producer.ts`
const producerTest = `${kafka}/sender/partition-producer.test.ts`
const suiteTest = `${kafkajs}/transport.int.test.ts`

/** What a listener throws goes through the receiver into kafkajs. */
const intoKafkajs: readonly Edit[] = [
  {
    file: `${kafka}/receiver/receiver.ts`,
    find: 'await read(answer, from, moveTo).catch(fail)',
    replace: 'await read(answer, from, moveTo)',
  },
  {
    file: `${kafkajs}/receiver/consumer-session.ts`,
    find: '.then(done, done)\n    return await promise',
    replace:
      '.then(done, (error) => {\n      done()\n      thrown = error\n    })\n    await promise\n    if (thrown) throw thrown',
  },
  {
    file: `${kafkajs}/receiver/consumer-session.ts`,
    find: '    const { promise, resolve } = Promise.withResolvers<void>()\n    busy.add(resolve)',
    replace:
      '    let thrown: unknown\n    const { promise, resolve } = Promise.withResolvers<void>()\n    busy.add(resolve)',
  },
]

/**
 * The defects of kafkajs 2.2.4 that lose acknowledged events, kill consumers in silence or have events handled twice,
 * each with the changes that would give it to our code.
 */
export const defects: readonly Defect[] = [
  {
    name: 'P1',
    harm: 'An idempotent producer with several sends in flight acknowledges one with the offset of another, and loses it.',
    variants: [
      {
        does: 'Sends of one producer do not wait for each other, and share a sequence number.',
        edits: [
          {
            file: producerFile,
            find: 'const turn = turns.then(() => {',
            replace: 'const turn = Promise.resolve().then(() => {',
          },
          { file: producerFile, find: 'if (baseOffset >= nextOffset) return baseOffset', replace: 'return baseOffset' },
        ],
        caughtBy: [
          { file: producerTest, titles: ['lets appends of several callers take turns'] },
          { file: suiteTest, titles: ['lets several callers append to one partition at the same time'] },
        ],
      },
      {
        does: 'An answer with the offset of an earlier batch is taken for this one’s.',
        edits: [
          { file: producerFile, find: 'if (baseOffset >= nextOffset) return baseOffset', replace: 'return baseOffset' },
        ],
        caughtBy: [{ file: producerTest, titles: ['rejects an offset that was given out before'] }],
      },
    ],
  },
  {
    name: 'P2',
    harm: 'After a rejected send the broker takes the next one for the rejected one: acknowledged and lost.',
    variants: [
      {
        does: 'Another batch goes on under the producer id and sequence of the rejected one.',
        edits: [
          {
            file: producerFile,
            find: 'if (rejected !== undefined && !again) identity = undefined',
            replace: 'if (rejected !== undefined && !again) rejected = undefined',
          },
        ],
        caughtBy: [
          { file: producerTest, titles: ['sends another batch after a rejection under a new id'] },
          {
            file: `${kafkajs}/faults.int.test.ts`,
            titles: ['writes the next batch where the one before was rejected and given up'],
          },
        ],
      },
    ],
  },
  {
    name: 'P3',
    harm: 'A send resolves although the answer has nothing of the partition whose leader has moved.',
    variants: [
      {
        does: 'An answer that does not name the partition is a success.',
        edits: [
          {
            file: `${kafka}/sender/produce.ts`,
            find: 'if (found === undefined) {',
            replace: 'if (found === undefined) return 0\n    if (found === null) {',
          },
        ],
        caughtBy: [{ file: producerTest, titles: ['rejects an answer that does not name its partition'] }],
      },
      {
        does: 'An answer that names the partition with an error is a success.',
        edits: [
          {
            file: `${kafka}/sender/produce.ts`,
            find: 'if (found.errorCode !== 0) throw kafkaError(found.errorCode)',
            replace: '',
          },
        ],
        caughtBy: [{ file: producerTest, titles: ['rejects an answer that names its partition with an error'] }],
      },
    ],
  },
  {
    name: 'C1',
    harm: 'A handler that throws a TypeError ends the consumer for good, and nobody is told.',
    variants: [
      {
        does: 'A handler’s TypeError goes through the lanes as it is, and through the receiver into kafkajs.',
        edits: [
          {
            file: `${consumer}/middleware/deadline.ts`,
            find: '    } catch (thrown) {\n',
            replace: '    } catch (thrown) {\n      if (thrown instanceof TypeError) throw thrown\n',
          },
          {
            file: `${consumer}/middleware/handler.ts`,
            find: '  } catch (error) {\n',
            replace: '  } catch (error) {\n    if (error instanceof TypeError) throw error\n',
          },
          {
            file: `${consumer}/middleware/deadline.ts`,
            find: '        ended()\n        threw(attempt, thrown)\n',
            replace:
              '        ended()\n        if (thrown instanceof TypeError) throw thrown\n        threw(attempt, thrown)\n',
          },
          {
            file: `${consumer}/middleware/handler.ts`,
            find: '(error: unknown) => failed(event, error))',
            replace:
              '(error: unknown) => {\n      if (error instanceof TypeError) throw error\n      return failed(event, error)\n    })',
          },
          {
            file: `${consumer}/scheduling/scheduler.ts`,
            find: '    } catch (error) {\n      this.#defect(error)\n',
            replace:
              '    } catch (error) {\n      if (error instanceof TypeError) throw error\n      this.#defect(error)\n',
          },
          ...intoKafkajs,
        ],
        caughtBy: [
          {
            file: `${consumer}/giving-up.test.ts`,
            titles: [
              'handler that throws a TypeError, synchronously',
              'handler that throws a TypeError, as a rejection',
            ],
          },
        ],
      },
      {
        does: 'What a listener throws is thrown into kafkajs.',
        edits: intoKafkajs,
        caughtBy: [{ file: suiteTest, titles: ['is dead, and says so, when the listener throws'] }],
      },
    ],
  },
  {
    name: 'C4',
    harm: 'No heartbeat while a handler runs: another member handles the same event at the same time.',
    variants: [
      {
        does: 'A batch is with its listener until its handlers are done, and there are no heartbeats of our own.',
        edits: [
          {
            file: `${consumer}/scheduling/intake.ts`,
            find: 'if (taken === batch.messages.length) return nextOf(window, batch)',
            replace: `if (taken === batch.messages.length && window.watermark.pending === 0) return nextOf(window, batch)
    if (taken === batch.messages.length) {
      return new Promise((resolve) => {
        const look = setInterval(() => {
          if (window.watermark.pending > 0 && !window.dropped) return
          clearInterval(look)
          resolve(nextOf(window, batch))
        }, 5)
      })
    }`,
          },
          {
            file: `${kafka}/receiver/lease.ts`,
            find: 'if (silentMs >= intervalMs && !joining && !beating) void beat()',
            replace: 'if (silentMs < 0 && !joining && !beating) void beat()',
          },
          {
            file: `${kafka}/receiver/lease.ts`,
            find: 'uncertain = silentMs > sessionTimeoutMs * UNCERTAIN_SHARE',
            replace: 'uncertain = silentMs < sessionTimeoutMs * -UNCERTAIN_SHARE',
          },
        ],
        caughtBy: [
          {
            file: `${consumer}/subscriber.int.test.ts`,
            titles: ['has one member handle an event for longer than its session lasts'],
          },
        ],
      },
    ],
  },
  {
    name: 'C5',
    harm: 'A position that is out of range becomes the end: live messages are skipped in silence.',
    variants: [
      {
        does: 'Reading goes on at the end of the partition, and nobody is told.',
        edits: [
          {
            file: `${kafka}/receiver/partition-flow.ts`,
            find: 'const { low: to, high } = range',
            replace: 'const { high: to, high } = range\n  if (to > 0) return { from, to, reason: "removed" }',
          },
          { file: `${kafka}/receiver/partition-flow.ts`, find: '...(jump && { jump })', replace: '' },
        ],
        caughtBy: [
          {
            file: suiteTest,
            titles: [
              'receives from the first message that is left',
              'receives a partition that ends before the position',
            ],
          },
        ],
      },
      {
        does: 'Reading goes on at the first message that is left, and the listener is not told what it has missed.',
        edits: [{ file: `${kafka}/receiver/partition-flow.ts`, find: '...(jump && { jump })', replace: '' }],
        caughtBy: [{ file: suiteTest, titles: ['says with the first batch which offsets are gone'] }],
      },
    ],
  },
]
