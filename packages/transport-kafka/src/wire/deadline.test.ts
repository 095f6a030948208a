import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { within } from './deadline.ts'

it('takes an answer that came in time, though this process was held up beyond the deadline', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address() as { readonly port: number }
  const client = createConnection(address.port, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [Socket]
  onTestFinished(() => void client.destroy())
  const late = vi.fn(() => new Error('late'))
  const answered = within(once(client, 'data'), 20, late)
  accepted.write('answer')
  for (const endMs = performance.now() + 60; performance.now() < endMs; );
  expect(String((await answered)[0])).toBe('answer')
  expect(late).not.toHaveBeenCalled()
})

it('rejects with what late makes where no answer comes, and calls it once', async () => {
  const late = vi.fn(() => new Error('late'))
  await expect(within(new Promise(() => {}), 5, late)).rejects.toThrow('late')
  expect(late).toHaveBeenCalledTimes(1)
})
