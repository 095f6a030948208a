import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MAX_DATA_BYTES, readData } from './data-input.ts'

const allowance = { timeoutMs: 5_000, signal: AbortSignal.timeout(60_000) }
async function* stdin(...chunks: readonly (string | Uint8Array)[]) {
  yield* chunks
}
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hh-events-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('readData', () => {
  it('reads JSON from the argument', async () => {
    await expect(readData('{"a": 1}', stdin(), allowance)).resolves.toEqual({ a: 1 })
  })

  it('reads a file', async () => {
    const file = join(folder, 'data.json')
    await writeFile(file, '{"title": "Müll"}')
    await expect(readData(`@${file}`, stdin(), allowance)).resolves.toEqual({ title: 'Müll' })
  })

  it('reads standard input, with a character cut between two chunks', async () => {
    const bytes = Buffer.from('{"title": "Müll"}')
    const cut = bytes.indexOf(0xc3) + 1
    await expect(readData('-', stdin(bytes.subarray(0, cut), bytes.subarray(cut)), allowance)).resolves.toEqual({
      title: 'Müll',
    })
  })

  it.each([
    ['{"secret": "abc', 'on the command line is not JSON'],
    ['', 'on the command line is not JSON'],
    ['[1]', 'must be a JSON object'],
    ['null', 'must be a JSON object'],
    ['@/nowhere/at/all', 'cannot be read (ENOENT)'],
  ])('refuses %j as usage', async (argument, message) => {
    const reading = readData(argument, stdin(), allowance)
    await expect(reading).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining(message) })
    await expect(reading).rejects.not.toThrow('secret')
  })

  it('refuses more on standard input than an event can be', async () => {
    const half = Buffer.alloc(MAX_DATA_BYTES / 2 + 1, 0x20)
    await expect(readData('-', stdin(half, half), allowance)).rejects.toMatchObject({ code: 'USAGE' })
  })
})
