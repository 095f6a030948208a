import { describe, expect, it } from 'vitest'
import { type ConnectionSettings, connectionSettings, redactSettings, settingsDigest } from './settings.ts'

const secure: ConnectionSettings = connectionSettings({
  brokers: ['kafka:9093'],
  ssl: { ca: 'authority', cert: 'certificate', key: 'private key' },
  sasl: { mechanism: 'plain', username: 'tasks', password: 'top-secret' },
})

describe('connection settings', () => {
  it('name every option that is wrong', () => {
    const wrong = { brokers: ['nowhere'], topicPrefix: 'a b', partitioner: 'random' } as unknown as ConnectionSettings
    expect(() => connectionSettings(wrong)).toThrowError(/brokers\.0 .*topicPrefix .*partitioner /s)
  })

  it('lose their secrets when redacted, and nothing else of use', () => {
    const redacted = redactSettings(secure)
    expect(redacted).toMatchObject({ brokers: ['kafka:9093'], sasl: { mechanism: 'plain', username: 'tasks' } })
    expect(JSON.stringify(redacted)).not.toMatch(/top-secret|private key|certificate/)
  })

  it('have one digest whatever the order they are written in, and another for another password', () => {
    const { brokers, sasl, ...rest } = secure
    expect(settingsDigest({ ...rest, sasl, brokers } as ConnectionSettings)).toBe(settingsDigest(secure))
    const other = { ...secure, sasl: { mechanism: 'plain', username: 'tasks', password: 'other' } } as const
    expect(settingsDigest(other)).not.toBe(settingsDigest(secure))
  })
})
