import { describe, expect, it } from 'vitest'
import { record } from '../testing/fake-log.ts'
import { eventJson } from './event-answer.ts'

const envelope = (rest: string) => Buffer.from(`{"id":"e1","type":"task.completed",${rest}}`)

describe('an event as JSON', () => {
  it('has data and metadata as their publisher wrote them', () => {
    const value = envelope('"data":{"b":12345678901234567890,"1":1.0},"metadata":{ "a":"\\u00e9" }')
    expect(eventJson(record({ id: 'e1', value }))).toContain(
      '"data":{"b":12345678901234567890,"1":1.0},"metadata":{ "a":"\\u00e9" },"contract"',
    )
  })

  it('has no metadata where there is none', () => {
    for (const rest of ['"data":{}', '"data":{},"metadata":null']) {
      expect(JSON.parse(eventJson(record({ id: 'e1', value: envelope(rest) })))).not.toHaveProperty('metadata')
    }
  })

  it('is refused where the stored message was altered', () => {
    const altered = [envelope('"data":{}').subarray(0, -2), envelope('"data":7'), Buffer.from('{}'), Buffer.from('x')]
    for (const value of altered) {
      const one = record({ id: 'e1', value })
      Object.defineProperty(one, 'data', { get: () => expect.fail('decoded') })
      expect(() => eventJson(one)).toThrow('decoded')
    }
  })
})
