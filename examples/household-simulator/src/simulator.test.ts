import { createMemoryTransport } from '@house-helper/transport-memory'
import { describe, expect, it, vi } from 'vitest'
import { createHouseholdSimulator } from './simulator.ts'

const domains = ['bills', 'households', 'laundry', 'notifications', 'shopping', 'tasks', 'timers', 'users']
const topics = domains.map((name) => `house-helper.${name}`)

/** A transport whose topics exist. */
async function memory() {
  const transport = createMemoryTransport()
  await transport.admin.createTopics(topics.map((name) => ({ name, partitions: 3, replicationFactor: 1, config: {} })))
  return transport
}

async function appended(transport: Awaited<ReturnType<typeof memory>>): Promise<number> {
  const ranges = await transport.admin.ranges(topics)
  return ranges.reduce((sum, { low, high }) => sum + high - low, 0)
}

describe('a household simulator', () => {
  it('publishes until it is closed, and says how much', async () => {
    await using transport = await memory()
    const simulator = createHouseholdSimulator({ transport, ratePerSecond: 1_000, seed: 1 })
    simulator.start()
    await vi.waitUntil(() => simulator.stats().published >= 200, { timeout: 10_000 })
    await simulator.close()
    await simulator.closed
    const { published, publishedByDomain, inFlight, seed } = simulator.stats()
    expect({ inFlight, seed }).toEqual({ inFlight: 0, seed: 1 })
    expect(published).toBe(await appended(transport))
    expect(Object.values(publishedByDomain).reduce((sum, count) => sum + count, 0)).toBe(published)
  })

  it('closes when its signal aborts', async () => {
    await using transport = await memory()
    const stop = new AbortController()
    const simulator = createHouseholdSimulator({ transport, ratePerSecond: 100, signal: stop.signal })
    simulator.start()
    await vi.waitUntil(() => simulator.stats().published > 0, { timeout: 10_000 })
    stop.abort()
    await simulator.closed
    expect(simulator.stats().inFlight).toBe(0)
  })

  it('closes at once where its signal was aborted before', async () => {
    await using transport = await memory()
    const simulator = createHouseholdSimulator({ transport, signal: AbortSignal.abort() })
    simulator.start()
    await simulator.closed
    expect(simulator.stats().published).toBe(0)
  })

  it('makes other events each time', async () => {
    await using transport = await memory()
    await using one = createHouseholdSimulator({ transport })
    await using other = createHouseholdSimulator({ transport })
    expect(one.stats().seed).not.toBe(other.stats().seed)
  })

  it('rejects `closed` where an event cannot be published', async () => {
    const transport = await memory()
    await transport.close()
    const simulator = createHouseholdSimulator({ transport, ratePerSecond: 100 })
    simulator.start()
    await expect(simulator.closed).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('closes within its deadline where no broker answers, and rejects', async () => {
    const reachable = await memory()
    const sender = { append: () => new Promise<never>(() => {}) }
    const transport = { ...reachable, sender }
    const simulator = createHouseholdSimulator({ transport, ratePerSecond: 1_000, maxInFlight: 5, closeTimeoutMs: 20 })
    simulator.start()
    await vi.waitUntil(() => simulator.stats().inFlight === 5, { timeout: 10_000 })
    const outcomes = await Promise.allSettled([simulator.close(), simulator.closed])
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'PUBLISHER_CLOSED' } },
      { status: 'rejected', reason: { code: 'PUBLISHER_CLOSED' } },
    ])
    expect(simulator.stats()).toMatchObject({ published: 0, inFlight: 0 })
    await reachable.close()
  })
})
