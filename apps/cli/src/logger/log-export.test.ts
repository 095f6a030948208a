import { describe, expect, it } from 'vitest'
import { copyExport } from './log-export.ts'

const lines = '{"id":"a","data":{"trailer":{"events":9}}}\n{"id":"ü"}\n'
const whole = `${lines}{"trailer":{"events":2}}\n`

async function* inChunks(text: string, size: number, failure?: Error): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
  if (failure !== undefined) throw failure
}

async function copied(chunks: AsyncIterable<Uint8Array>) {
  let text = Buffer.alloc(0)
  const result = await copyExport(chunks, async (chunk) => {
    text = Buffer.concat([text, chunk])
  })
  return { ...result, text: text.toString() }
}

describe('copyExport', () => {
  it.each([1, 2, 7, 1_000])('hands on a whole export byte by byte, in chunks of %i', async (size) => {
    expect(await copied(inChunks(whole, size))).toEqual({ events: 2, text: whole })
  })

  it('takes an export of nothing', async () => {
    expect(await copied(inChunks('{"trailer":{"events":0}}\n', 5))).toMatchObject({ events: 0 })
  })

  it.each([
    ['nothing at all', ''],
    ['no trailer', lines],
    ['half a trailer', whole.slice(0, -5)],
    ['a trailer without its line break', whole.slice(0, -1)],
    ['a trailer that counts more', whole.replace('"events":2', '"events":3')],
    ['a trailer that counts fewer', whole.replace('"events":2', '"events":1')],
    ['something after the trailer', `${whole}{"id":"c"}\n`],
  ])('fails where there is %s', async (_what, text) => {
    await expect(copied(inChunks(text, 10))).rejects.toMatchObject({ code: 'EXPORT_CUT' })
  })

  it('fails where the connection breaks off, and says after how many lines', async () => {
    await expect(copied(inChunks(lines, 10, new TypeError('terminated')))).rejects.toMatchObject({
      code: 'EXPORT_CUT',
      message: expect.stringContaining('the connection broke off, after 2 lines'),
    })
  })
})
