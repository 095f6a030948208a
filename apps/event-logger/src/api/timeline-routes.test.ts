import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { createFakeApi } from '../testing/fake-api.ts'
import { type Asked, fakeLog, record } from '../testing/fake-log.ts'
import { eventPageSchema } from './event-answer.ts'
import { problemSchema } from './problem-details.ts'

let app: FastifyInstance | undefined
let asked: Asked = []
afterEach(() => app?.close())

async function get(url: string) {
  asked = []
  app = await createFakeApi({ log: fakeLog([record()], asked) })
  return await app.inject(`/api/v1${url}`)
}

describe.each(['household', 'user'])('GET /api/v1/timelines/%s/{id}', (whose) => {
  it('asks for the timeline of that id, narrowed by the filter', async () => {
    const answer = await get(`/timelines/${whose}/h%2F1?q=type:task.*&limit=3&cursor=0`)
    expect(eventPageSchema.parse(answer.json()).events).toHaveLength(1)
    expect(asked).toEqual([['timeline', { [whose]: 'h/1', filter: 'type:task.*', limit: 3, cursor: '0' }]])
  })

  it('refuses a filter that names another one, and points at it', async () => {
    const answer = await get(`/timelines/${whose}/h?q=${encodeURIComponent(`type:task.* ${whose}:other`)}`)
    expect(answer.statusCode).toBe(400)
    expect(problemSchema.parse(answer.json()).errors).toMatchObject([
      { parameter: 'q', pointer: '/q', position: 12, length: whose.length },
    ])
    expect(asked).toEqual([])
  })
})
