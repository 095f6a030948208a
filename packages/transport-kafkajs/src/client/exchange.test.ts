import { expect, it } from 'vitest'
import { exchange } from './exchange.ts'
import type { Broker, RequestDefinition } from './kafkajs-internals.ts'

it('asks for no version of Fetch that a broker answers which does not lead the partition', async () => {
  expect(await newestOf('Fetch')).toBe(10)
})

it('asks for the newest version of everything else', async () => {
  expect(await newestOf('OffsetFetch')).toBe(4)
})

async function newestOf(api: 'Fetch' | 'OffsetFetch'): Promise<number> {
  let offered: readonly string[] = []
  const broker = {
    lookupRequest: (_: number, definition: RequestDefinition) => {
      offered = definition.versions
      return () => ({ request: {}, response: {} })
    },
    connectionPool: { send: async () => 'answered' },
  } as unknown as Broker
  expect(await exchange(broker, api, {})).toBe('answered')
  return Math.max(...offered.map(Number))
}
