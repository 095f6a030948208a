import { defineDomain, defineEvent } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { formatLock, lockLosses, lockToday, parseLock } from './index.ts'
import { compareVersionTexts } from './lock-file.ts'

function domainOf(version: string, data: z.ZodObject) {
  const event = { type: 'thing.done', version, description: 'A thing.', data, example: { name: 'a' } as never }
  return defineDomain({ name: 'things', events: [defineEvent(event)] })
}

const name = z.object({ name: z.string().describe('What it is called') })
const first = lockToday(domainOf('1.0', name), new Map())
const second = lockToday(domainOf('1.10', name.extend({ size: z.int().optional() })), first.lock)

describe('a lock', () => {
  it('is read back as it was written, with versions in their order', () => {
    const third = lockToday(domainOf('1.9', name), second.lock)
    const text = formatLock(third.lock)
    expect(Object.keys(JSON.parse(text).events['thing.done'])).toEqual(['1.0', '1.9', '1.10'])
    expect(formatLock(parseLock(text, 'contracts.lock.json'))).toBe(text)
  })

  it('gets what is new and says what that is', () => {
    expect(second.added.map(({ type, version }) => `${type} ${version}`)).toEqual(['thing.done 1.10'])
    expect(lockToday(domainOf('1.10', name.extend({ size: z.int().optional() })), second.lock).added).toEqual([])
  })

  it('keeps what a description has become, and refuses another schema under the same version', () => {
    const described = z.object({ name: z.string().describe('Its name') })
    expect(lockToday(domainOf('1.0', described), first.lock).lock).toEqual(first.lock)
    const other = z.object({ name: z.string().min(1) })
    expect(() => lockToday(domainOf('1.0', other), first.lock)).toThrow('thing.done is not what was released as 1.0')
  })

  it('may grow, and may lose or change nothing', () => {
    expect(lockLosses(first.lock, second.lock)).toEqual([])
    expect(lockLosses(second.lock, first.lock)).toEqual(['thing.done 1.10 is gone'])
    const otherwise = lockToday(domainOf('1.0', z.object({ name: z.int() })), new Map())
    expect(lockLosses(first.lock, otherwise.lock)).toEqual(['thing.done 1.0 was changed'])
  })

  it.each([
    ['another version of the file', '{"lockVersion":2,"events":{}}', 'lockVersion'],
    ['a version that is none', '{"lockVersion":1,"events":{"thing.done":{"one":{}}}}', 'events.thing.done.one'],
  ])('that has %s is refused, naming the place', (_, text, place) => {
    expect(() => parseLock(text, 'things/contracts.lock.json')).toThrow(
      `things/contracts.lock.json cannot be used: ${place}`,
    )
  })
})

it('orders versions by numbers', () => {
  expect(['2.0', '1.10', '1.9'].toSorted(compareVersionTexts)).toEqual(['1.9', '1.10', '2.0'])
})
