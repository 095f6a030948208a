import { silentLogger } from '@house-helper/events-core'
import { createFaultProxy, type FaultProxy, mongoProtocol } from '@house-helper/fault-proxy'
import { freePorts } from '@house-helper/local-stack'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createEventLogger, type EventLogger } from './event-logger.ts'
import { createTestStack, type TestStack } from './testing/stack.ts'

let stack: TestStack
let proxy: FaultProxy
let logger: EventLogger
let mongoPort: number
let deafPort: number

beforeEach(async () => {
  stack = await createTestStack(['tasks'])
  mongoPort = Number(/:(\d+)/.exec(stack.config.mongodbUri.replace(/^[^@]*@/, '').replace('mongodb://', ''))?.[1])
  deafPort = (await freePorts(['deaf'])).deaf
  proxy = await createFaultProxy({ protocol: mongoProtocol, targetPort: deafPort })
  // One server, by the proxy's address: its replica set would send us past the proxy.
  const mongodbUri = `mongodb://${proxy.address}/?directConnection=true&serverSelectionTimeoutMS=500`
  logger = await createEventLogger({ ...stack.config, mongodbUri }, { logger: silentLogger, lagIntervalMs: 200 })
})
afterEach(async () => {
  await logger?.close()
  await proxy?.close()
  await stack?.[Symbol.asyncDispose]()
})

async function probe(path: '/livez' | '/readyz'): Promise<{ status: number; reason: string | undefined }> {
  const answer = await fetch(`${logger.probeUrl}${path}`)
  const { reason } = (await answer.json()) as { reason?: string }
  return { status: answer.status, reason }
}

async function publishAndFind(id: string): Promise<void> {
  const event = { id, type: 'task.deleted', source: 'test', householdId: 'h', timestamp: '2026-01-01T00:00:00Z' }
  await stack.publish('tasks', 0, [JSON.stringify({ ...event, version: '1.0', data: { taskId: 't' } })])
  await vi.waitFor(async () => expect((await fetch(`${logger.url}/api/v1/events/${id}`)).status).toBe(200), {
    timeout: 40_000,
    interval: 100,
  })
}

it('waits for a MongoDB that comes late, and outlasts one that goes away', { timeout: 120_000 }, async () => {
  await vi.waitFor(
    async () =>
      expect(await probe('/readyz')).toEqual({
        status: 503,
        reason: expect.stringContaining('MongoDB does not answer'),
      }),
    { timeout: 20_000 },
  )
  expect(await probe('/livez')).toEqual({ status: 200, reason: undefined })

  proxy.target(mongoPort)
  await logger.started
  await publishAndFind('after-the-late-start')
  expect(await probe('/readyz')).toMatchObject({ status: 200 })

  proxy.target(deafPort)
  proxy.cutAll()
  expect(await probe('/readyz')).toEqual({ status: 503, reason: expect.stringContaining('MongoDB does not answer') })
  expect(await probe('/livez')).toMatchObject({ status: 200 })
  expect((await fetch(`${logger.url}/api/v1/events`)).status).toBe(503)

  proxy.target(mongoPort)
  await publishAndFind('after-the-outage')
  expect(await probe('/readyz')).toMatchObject({ status: 200 })
})
