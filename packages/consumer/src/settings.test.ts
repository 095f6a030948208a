import { expect, it } from 'vitest'
import { completeSettings } from './settings.ts'

it('fills in the defaults', () => {
  expect(completeSettings({ groupId: 'points-service' }, {})).toEqual({
    groupId: 'points-service',
    concurrency: 16,
    maxPending: 2000,
    retry: { attempts: 5, baseMs: 200, maxMs: 30_000 },
    deadLetters: true,
    timeoutMs: 30_000,
    sessionTimeoutMs: 10_000,
    commitIntervalMs: 1000,
    stallTimeoutMs: 60_000,
    closeTimeoutMs: 8000,
  })
})

it('takes the group from the options, then from KAFKA_GROUP_ID', () => {
  const env = { KAFKA_GROUP_ID: 'points-service' }
  expect(completeSettings({}, env).groupId).toBe('points-service')
  expect(completeSettings({ groupId: 'mine' }, env).groupId).toBe('mine')
})

it('refuses to choose a group by itself, and says how to set one', () => {
  for (const env of [{}, { KAFKA_GROUP_ID: ' ' }]) {
    expect(() => completeSettings({}, env)).toThrow(
      expect.objectContaining({
        code: 'SETTINGS_INVALID',
        message: expect.stringMatching(/groupId: .*KAFKA_GROUP_ID/),
      }),
    )
  }
})

it('reports every wrong setting at once', () => {
  expect(() =>
    completeSettings({ groupId: 'a/b', concurrency: 0, retry: { attempts: 0 }, timeoutMs: 1.5 }, {}),
  ).toThrow(
    expect.objectContaining({
      code: 'SETTINGS_INVALID',
      message: expect.stringMatching(/groupId: .*concurrency: .*retry\.attempts: .*timeoutMs: /),
    }),
  )
})
