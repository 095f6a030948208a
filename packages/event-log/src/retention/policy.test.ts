import { expect, it } from 'vitest'
import { formatRetention, parseRetention } from './policy.ts'

const domains = ['tasks', 'timers', 'bills']
const day = 86_400_000

it('reads domains with hours, days and weeks, and writes them as it reads them', () => {
  const policy = parseRetention('tasks=365d, timers=36h\nbills=2w', domains)
  expect(policy).toEqual([
    { domain: 'tasks', keepMs: 365 * day },
    { domain: 'timers', keepMs: 1.5 * day },
    { domain: 'bills', keepMs: 14 * day },
  ])
  expect(formatRetention(policy)).toBe('tasks=365d timers=36h bills=14d')
  expect(parseRetention(formatRetention(policy), domains)).toEqual(policy)
})

it('keeps everything where it says nothing', () => {
  expect(parseRetention('', domains)).toEqual([])
})

it('names every wrong part at once', () => {
  const wrong = ['tasks', 'timers=0d', 'bills=1y', 'pets=3d', 'tasks=1d', 'tasks=2d', 'a=b=c', 'timers=999999w']
  const read = () => parseRetention(wrong.join(' '), domains)
  expect(read).toThrow(expect.objectContaining({ code: 'LOG_RETENTION_INVALID' }))
  try {
    read()
  } catch (error) {
    const { problems } = (error as { details: { problems: { part: string; message: string }[] } }).details
    expect(problems.map(({ part }) => part)).toEqual(wrong.filter((part) => part !== 'tasks=1d'))
    expect(problems[3]?.message).toBe('names a domain that the logger does not know; it knows tasks, timers, bills')
    expect(problems[4]?.message).toBe('names tasks a second time')
  }
})
