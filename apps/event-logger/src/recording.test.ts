import type { Recorder } from '@house-helper/event-log'
import { LogError } from '@house-helper/event-log'
import { silentLogger } from '@house-helper/events-core'
import { expect, it } from 'vitest'
import { EventLoggerError } from './errors.ts'
import { createRecording } from './recording.ts'

interface FakeRecorder extends Recorder {
  readonly calls: string[]
  die(error: Error): void
}

function fakeRecorder(start: () => Promise<void> = async () => {}): FakeRecorder {
  const ended = Promise.withResolvers<void>()
  ended.promise.catch(() => {})
  const calls: string[] = []
  const close = async (): Promise<void> => {
    calls.push('close')
    ended.resolve()
  }
  return {
    calls,
    die: ended.reject,
    start,
    close,
    closed: ended.promise,
    health: () => ({ state: 'up', reasons: [] }),
    stats: () => ({ partitions: [], topics: [], lagMeasuredAt: undefined }),
    [Symbol.asyncDispose]: close,
  }
}

const unreachable = (): never => {
  throw new EventLoggerError('MONGODB_UNREACHABLE', 'MongoDB does not answer.', { canRetry: true })
}

it('tries again while MongoDB or Kafka cannot be reached, and says meanwhile what it waits for', async () => {
  const reasons: string[] = []
  let attempts = 0
  const recorders: FakeRecorder[] = []
  const recording = createRecording({
    connect: async () => {
      const state = recording.state()
      if (state.status === 'starting') reasons.push(state.reason)
      if (++attempts === 1) unreachable()
    },
    createRecorder: () => {
      const failing = recorders.length === 0
      const recorder = fakeRecorder(async () => {
        if (failing) throw new LogError('LOG_UNREACHABLE', 'It went away again.', { canRetry: true })
      })
      recorders.push(recorder)
      return recorder
    },
    logger: silentLogger,
    retryDelayMs: 1,
  })
  recording.start()
  await recording.started
  expect(reasons.slice(1)).toEqual(['MongoDB does not answer.', 'It went away again.'])
  expect(recording.state()).toMatchObject({ status: 'recording', recorder: recorders[1] })
  expect(recorders.map(({ calls }) => calls)).toEqual([['close'], []])
  await recording.close({ timeoutMs: 100 })
})

it('ends at once over what no waiting mends', async () => {
  let attempts = 0
  const recording = createRecording({
    connect: async () => {
      attempts++
      throw new EventLoggerError('MONGODB_REFUSED', 'Correct the password.')
    },
    createRecorder: () => fakeRecorder(),
    logger: silentLogger,
  })
  recording.start()
  await expect(recording.closed).rejects.toMatchObject({ code: 'MONGODB_REFUSED' })
  await expect(recording.started).rejects.toMatchObject({ code: 'MONGODB_REFUSED' })
  expect(recording.state()).toEqual({ status: 'dead', reason: 'Correct the password.' })
  expect(attempts).toBe(1)
})

it('is dead when its recorder dies', async () => {
  const recorder = fakeRecorder()
  const recording = createRecording({
    connect: async () => {},
    createRecorder: () => recorder,
    logger: silentLogger,
  })
  recording.start()
  await recording.started
  recorder.die(new Error('The partition was lost.'))
  await expect(recording.closed).rejects.toThrow('The partition was lost.')
  expect(recording.state()).toEqual({ status: 'dead', reason: 'The partition was lost.' })
})

it('can be closed while it waits to try again', async () => {
  const waiting = Promise.withResolvers<void>()
  const recording = createRecording({
    connect: async () => unreachable(),
    createRecorder: () => fakeRecorder(),
    logger: { ...silentLogger, warn: () => waiting.resolve() },
    retryDelayMs: 3_600_000,
  })
  recording.start()
  await waiting.promise
  await recording.close({ timeoutMs: 100 })
  await recording.closed
  await expect(recording.started).rejects.toThrow('was closed before')
})

it('closes a recorder that comes up while it is being closed', async () => {
  const coming = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const recorder = fakeRecorder(() => {
    begun.resolve()
    return coming.promise
  })
  const recording = createRecording({
    connect: async () => {},
    createRecorder: () => recorder,
    logger: silentLogger,
  })
  recording.start()
  await begun.promise
  const closing = recording.close({ timeoutMs: 100 })
  coming.resolve()
  await closing
  expect(recorder.calls).toEqual(['close'])
  expect(recording.state()).toEqual({ status: 'closing' })
})
