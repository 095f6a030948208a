import { silentLogger } from '@house-helper/events-core'
import { expect, it } from 'vitest'
import { createShutdown } from './shutdown.ts'

it('closes one after the other, and once however often it is called', async () => {
  const closed: string[] = []
  const step = (name: string) => ({ name, timeoutMs: 1_000, close: async () => void closed.push(name) })
  const close = createShutdown([step('a'), step('b')], silentLogger)
  await Promise.all([close(), close()])
  expect(closed).toEqual(['a', 'b'])
})

it('goes on where something fails or hangs, and says in the end what did', async () => {
  const closed: string[] = []
  const steps = [
    { name: 'what fails', timeoutMs: 1_000, close: () => Promise.reject(new Error('broken')) },
    { name: 'what hangs', timeoutMs: 5, close: () => new Promise<void>(() => {}) },
    { name: 'the rest', timeoutMs: 1_000, close: async () => void closed.push('the rest') },
  ]
  const failure = createShutdown(steps, silentLogger)()
  await expect(failure).rejects.toMatchObject({
    errors: [{ message: 'broken' }, { message: 'Closing what hangs took longer than 5 ms.' }],
  })
  expect(closed).toEqual(['the rest'])
})
