import { expect, test, vi } from 'vitest'
import { LocalStackError } from './errors.ts'
import { startOnFreePorts } from './start-attempts.ts'

const taken = new LocalStackError('PORT_TAKEN', 'somebody was faster')

test('a start that lost its port to another process is made again', async () => {
  const start = vi.fn<() => Promise<string>>().mockRejectedValueOnce(taken).mockResolvedValueOnce('started')
  expect(await startOnFreePorts(start)).toBe('started')
  expect(start).toHaveBeenCalledTimes(2)
})

test('the third lost port in a row is an error', async () => {
  const start = vi.fn<() => Promise<string>>().mockRejectedValue(taken)
  await expect(startOnFreePorts(start)).rejects.toBe(taken)
  expect(start).toHaveBeenCalledTimes(3)
})

test('any other failure is thrown at once', async () => {
  const start = vi.fn<() => Promise<string>>().mockRejectedValue(new Error('broken'))
  await expect(startOnFreePorts(start)).rejects.toThrow('broken')
  expect(start).toHaveBeenCalledTimes(1)
})
