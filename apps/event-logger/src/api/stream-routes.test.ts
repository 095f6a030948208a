import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import {
  type EventLog,
  LogError,
  type PositionVector,
  type RecordBatch,
  writeVectorText,
} from '@house-helper/event-log'
import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createFakeApi } from '../testing/fake-api.ts'
import { type Asked, fakeLog, record } from '../testing/fake-log.ts'
import { eventSchema } from './event-answer.ts'
import { streamEvents } from './event-stream.ts'
import { exportTrailerSchema } from './export-lines.ts'
import { problemSchema } from './problem-details.ts'

let app: FastifyInstance | undefined
afterEach(() => app?.close())

async function apiOver(log: EventLog): Promise<FastifyInstance> {
  app = await createFakeApi({ log })
  return app
}

/** The API on a port, for what inject cannot do: leave an answer before its end. */
async function urlOver(log: EventLog): Promise<string> {
  const { server } = await apiOver(log)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`
}

const place = { topic: 'house-helper.tasks', partition: 1, generation: 1 }
const at = (offset: number): PositionVector => [{ ...place, offset }]

describe('GET /api/v1/events/export', () => {
  it('gives one event a line, whatever line breaks the publisher wrote, and a trailer that counts them', async () => {
    const asked: Asked = []
    const records = [record({ recordId: 'a' }), record({ recordId: 'b' })]
    const answer = await (await apiOver(fakeLog(records, asked))).inject('/api/v1/events/export?q=type:task.*')
    expect(answer.headers['content-type']).toBe('application/x-ndjson')
    const lines = answer.payload.split('\n')
    expect(lines.pop()).toBe('')
    const trailer = exportTrailerSchema.parse(JSON.parse(lines.pop() ?? ''))
    expect(trailer.trailer).toMatchObject({ events: 2, filter: 'type:task.*', coverage: { complete: false } })
    expect(lines.map((line) => eventSchema.parse(JSON.parse(line)).recordId)).toEqual(['a', 'b'])
    expect(lines[0]).toContain('"big": 9007199254740993')
    expect(asked).toMatchObject([['read', { filter: { type: ['task.*'] }, to: [{ offset: 42 }] }]])
  })

  it('has no trailer where the log fails in the middle', async () => {
    const log: EventLog = {
      ...fakeLog([]),
      async *read() {
        yield { records: Array.from({ length: 500 }, () => record()), position: at(1) }
        throw new LogError('LOG_UNREACHABLE', 'MongoDB is away.')
      },
    }
    const response = await fetch(`${await urlOver(log)}/events/export`)
    let text = ''
    const reading = (async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString()
    })()
    await expect(reading).rejects.toThrow()
    expect(text).toContain('"recordId":"20251009120000-abc123"')
    expect(text).not.toContain('trailer')
  })

  it('answers 503 where it fails before the first line', async () => {
    const log: EventLog = {
      ...fakeLog([]),
      // biome-ignore lint/correctness/useYield: it fails before it yields.
      async *read() {
        throw new LogError('LOG_UNREACHABLE', 'MongoDB is away.')
      },
    }
    const answer = await (await apiOver(log)).inject('/api/v1/events/export')
    expect(answer.statusCode).toBe(503)
  })

  it('reads no further than its reader does, and stops when that one is gone', async () => {
    let batches = 0
    let left = false
    const log: EventLog = {
      ...fakeLog([]),
      async *read() {
        try {
          for (;;) {
            batches++
            yield { records: Array.from({ length: 100 }, () => record()), position: at(batches) }
          }
        } finally {
          left = true
        }
      },
    }
    const response = await fetch(`${await urlOver(log)}/events/export`)
    const reader = response.body?.getReader()
    await reader?.read()
    // Without a reader it fills the buffers of both sides and waits.
    let before = -1
    await vi.waitFor(
      () => {
        const same = batches === before
        before = batches
        expect(same).toBe(true)
      },
      { timeout: 10_000, interval: 200 },
    )
    expect(left).toBe(false)
    await reader?.cancel()
    await vi.waitFor(() => expect(left).toBe(true), { timeout: 5_000 })
  })

  it('takes a list’s asOf, and refuses what is none', async () => {
    const asked: Asked = []
    const api = await apiOver(fakeLog([], asked))
    const asOf = writeVectorText(at(7))
    expect((await api.inject(`/api/v1/events/export?asOf=${asOf}`)).statusCode).toBe(200)
    expect(asked).toMatchObject([['read', { to: at(7) }]])
    const refused = await api.inject('/api/v1/events/export?asOf=$where')
    expect(refused.statusCode).toBe(400)
    expect(problemSchema.parse(refused.json()).errors).toMatchObject([{ parameter: 'asOf', pointer: '/asOf' }])
  })
})

describe('GET /api/v1/events/stream', () => {
  it('gives each event with the position after it as its id', async () => {
    const asked: Asked = []
    const records = [record({ recordId: 'a', offset: 41 }), record({ recordId: 'b', offset: 42 })]
    const answer = await (await apiOver(fakeLog(records, asked))).inject('/api/v1/events/stream?q=type:task.*')
    expect(answer.headers['content-type']).toBe('text/event-stream')
    const [first, ...events] = answer.payload.split('\n\n').filter(Boolean)
    expect(first).toBe('retry: 2000')
    const ids = events.map((event) => /^id: (\S+)\ndata: /.exec(event)?.[1])
    // The log's own vector of this fake is of a later generation.
    expect(ids).toHaveLength(2)
    expect(events.map((event) => eventSchema.parse(JSON.parse(event.split('\ndata: ')[1] ?? '')).recordId)).toEqual([
      'a',
      'b',
    ])
    expect(asked).toMatchObject([['follow', { filter: { type: ['task.*'] }, from: [{ offset: 42 }] }]])
  })

  it('begins where Last-Event-ID says, or at the start, or now', async () => {
    const asked: Asked = []
    const api = await apiOver(fakeLog([], asked))
    const get = (url: string, headers: Record<string, string> = {}) => api.inject({ url, headers })
    await get('/api/v1/events/stream?from=start', { 'last-event-id': writeVectorText(at(9)) })
    await get('/api/v1/events/stream?from=start')
    await get('/api/v1/events/stream?from=now')
    expect(asked).toMatchObject([
      ['follow', { from: at(9) }],
      ['follow', { from: [] }],
      ['follow', { from: [{ offset: 42 }] }],
    ])
  })

  it.each([
    ['/api/v1/events/stream?q=colour:red', {}, 'q'],
    ['/api/v1/events/stream?from=yesterday', {}, 'from'],
    ['/api/v1/events/stream', { 'last-event-id': '{"$ne":1}' }, 'Last-Event-ID'],
  ])('refuses %s with the headers %j, and names %s', async (url, headers, parameter) => {
    const asked: Asked = []
    const answer = await (await apiOver(fakeLog([], asked))).inject({ url, headers })
    expect(answer.statusCode).toBe(400)
    expect(problemSchema.parse(answer.json()).errors).toMatchObject([{ parameter, pointer: `/${parameter}` }])
    expect(asked).toEqual([])
  })

  it('ends when the API closes, and refuses the 65th at a time', async () => {
    const log: EventLog = {
      ...fakeLog([]),
      async *follow(query): AsyncGenerator<RecordBatch> {
        yield { records: [], position: at(1) }
        await once(query?.signal as AbortSignal, 'abort')
        query?.signal?.throwIfAborted()
      },
    }
    const url = `${await urlOver(log)}/events/stream`
    const streams = await Promise.all(Array.from({ length: 64 }, () => fetch(url)))
    expect(streams.every(({ status }) => status === 200)).toBe(true)
    expect((await fetch(url)).status).toBe(503)
    await streams[0]?.body?.cancel()
    await vi.waitFor(async () => {
      const another = await fetch(url)
      await another.body?.cancel()
      expect(another.status).toBe(200)
    })
    await app?.close()
    expect(await streams[1]?.text()).toBe('retry: 2000\n\n')
  })
})

describe('streamEvents', () => {
  it('gives a sign of life with the position that it has come to, where nothing matches', async () => {
    const closing = new AbortController()
    const log: Pick<EventLog, 'follow'> = {
      async *follow(): AsyncGenerator<RecordBatch> {
        yield { records: [], position: at(5) }
        await once(closing.signal, 'abort')
      },
    }
    const chunks: string[] = []
    const source = { log, filter: {}, from: at(1), signal: closing.signal, silenceMs: 5 }
    for await (const chunk of streamEvents(source)) {
      chunks.push(chunk)
      if (chunks.length === 3) closing.abort()
    }
    expect(chunks[1]).toBe(`: nothing new\nid: ${writeVectorText(at(5))}\n\n`)
  })

  it('fails where the log does, so that its reader connects again', async () => {
    const log: Pick<EventLog, 'follow'> = {
      async *follow(): AsyncGenerator<RecordBatch> {
        yield { records: [record()], position: at(5) }
        throw new LogError('LOG_UNREACHABLE', 'MongoDB is away.')
      },
    }
    const chunks: string[] = []
    const reading = (async () => {
      const source = { log, filter: {}, from: at(1), signal: new AbortController().signal }
      for await (const chunk of streamEvents(source)) chunks.push(chunk)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'LOG_UNREACHABLE' })
    expect(chunks).toHaveLength(2)
  })
})
