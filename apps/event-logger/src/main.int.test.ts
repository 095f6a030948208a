import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type LoggerProcess, startLogger } from './testing/logger-process.ts'
import { createTestStack, type TestStack } from './testing/stack.ts'

const partitions = [0, 1, 2]
const perPartition = 20_000
const perRequest = 2_000
const total = partitions.length * perPartition

let stack: TestStack
const running = new Set<LoggerProcess>()

function start(): LoggerProcess {
  const logger = startLogger(stack.env)
  running.add(logger)
  return logger
}

function eventText(id: string): string {
  return JSON.stringify({
    id,
    type: 'task.deleted',
    source: 'test',
    householdId: 'household-001',
    timestamp: '2025-10-10T12:00:00Z',
    version: '1.0',
    data: { taskId: 'task-001' },
  })
}

/** Waits until so many events are recorded; fails at once when the process ends before. */
async function recorded(atLeast: number, by: LoggerProcess): Promise<number> {
  const records = stack.db.collection('records')
  const enough = vi.waitFor(
    async () => {
      const count = await records.estimatedDocumentCount()
      expect(count).toBeGreaterThanOrEqual(atLeast)
      return count
    },
    { timeout: 60_000, interval: 5 },
  )
  const early = by.ended.then(({ log, stderr }) => {
    throw new Error(`The logger ended too early:\n${log.map((line) => JSON.stringify(line)).join('\n')}\n${stderr}`)
  })
  // It ends in the end, when nobody waits any more.
  early.catch(() => {})
  return await Promise.race([enough, early])
}

beforeAll(async () => {
  stack = await createTestStack(['tasks'])
  for (let from = 0; from < perPartition; from += perRequest) {
    const ids = Array.from({ length: perRequest }, (_, index) => from + index)
    await Promise.all(
      partitions.map((partition) =>
        stack.publish(
          'tasks',
          partition,
          ids.map((id) => eventText(`e-${partition}-${id}`)),
        ),
      ),
    )
  }
})

afterAll(async () => {
  for (const logger of running) logger.kill('SIGKILL')
  await Promise.all([...running].map(({ ended }) => ended))
  await stack?.[Symbol.asyncDispose]()
})

it('records each event of a backlog once, killed in the middle and started again', { timeout: 150_000 }, async () => {
  const first = start()
  await recorded(total / 6, first)
  first.kill('SIGKILL')
  expect((await first.ended).signal).toBe('SIGKILL')
  const inTheMiddle = await stack.db.collection('records').estimatedDocumentCount()
  expect(inTheMiddle).toBeLessThan(total)

  const second = start()
  await recorded(total, second)
  const { url } = await second.logged('The event logger listens.')
  await vi.waitFor(
    async () => {
      const answer = await (await fetch(`${url}/api/v1/topics`)).json()
      expect(answer).toMatchObject({ topics: [{ recorded: total, repeats: 0, conflicts: 0, quarantined: 0 }] })
    },
    { timeout: 10_000 },
  )
  expect(await stack.db.collection('records').countDocuments()).toBe(total)
  second.kill('SIGTERM')
  expect(await second.ended).toMatchObject({ exitCode: 0, signal: null })
})

it('ends with 0 within 10 s of SIGTERM, and commits what it recorded', { timeout: 60_000 }, async () => {
  const logger = start()
  await logger.logged('Recording has begun.')
  const before = await stack.db.collection('records').countDocuments()
  await stack.publish('tasks', 1, [eventText('the-last-one')])
  await recorded(before + 1, logger)
  const sentMs = performance.now()
  logger.kill('SIGTERM')
  const { exitCode, log } = await logger.ended
  expect(exitCode).toBe(0)
  expect(performance.now() - sentMs).toBeLessThan(10_000)
  expect(log.at(-1)?.msg).toBe('The event logger has ended.')
  const committed = await stack.transport.admin.committed(stack.config.groupId, [stack.topic('tasks')])
  const end = await stack.transport.admin.ranges([stack.topic('tasks')])
  expect(committed.find(({ partition }) => partition === 1)?.offset).toBe(
    end.find(({ partition }) => partition === 1)?.high,
  )
})
