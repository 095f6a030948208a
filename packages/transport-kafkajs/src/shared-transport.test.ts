import type { Transport } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { openTransport } from './shared-transport.ts'

const env = { KAFKA_BROKERS: 'localhost:1' }

describe('openTransport', () => {
  it('shares one Transport between holders of equal settings, and closes it when the last one lets go', async () => {
    const one = openTransport({ env })
    const two = openTransport({ brokers: ['localhost:1'], env: {} })
    expect(two.transport).toBe(one.transport)
    await one.release()
    await one.release()
    expect(() => two.transport.receiver({ groupId: 'g', topics: [] })).not.toThrow()
    await two.release()
    expect(() => two.transport.receiver({ groupId: 'g', topics: [] })).toThrowError(/closed/)
  })

  it('makes another one for other settings, and after the last holder let go', async () => {
    const one = openTransport({ env })
    const other = openTransport({ env, clientId: 'other' })
    expect(other.transport).not.toBe(one.transport)
    await Promise.all([one.release(), other.release()])
    const again = openTransport({ env })
    expect(again.transport).not.toBe(one.transport)
    await again.release()
  })

  it('uses a given Transport and leaves its closing to whoever made it', async () => {
    let closed = false
    const close = async (): Promise<void> => {
      closed = true
    }
    const given = { close } as unknown as Transport
    const opened = openTransport({ transport: given, env: { KAFKA_BROKERS: 'wrong' } })
    expect(opened.transport).toBe(given)
    await opened.release()
    expect(closed).toBe(false)
  })

  it('reads the environment, and refuses what is wrong there', () => {
    expect(() => openTransport({ env: { KAFKA_BROKERS: 'wrong' } })).toThrowError(/KAFKA_BROKERS/)
  })

  it('carries the prefix and the partitioner', async () => {
    const { transport, release } = openTransport({
      env: { ...env, KAFKA_TOPIC_PREFIX: 'staging', KAFKA_PARTITIONER: 'fnv1a' },
    })
    expect(transport.topicPrefix).toBe('staging')
    // 0xe40c292c, the FNV-1a hash of "a", is -468965076 as a signed number.
    expect(transport.partitioner(Buffer.from('a'), 7)).toBe(468965076 % 7)
    await release()
  })
})
