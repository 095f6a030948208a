import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { createScreen, type Facts, render } from './screen.ts'

const facts: Facts = {
  picked: [
    ['Kafka', 'local process on 127.0.0.1:29092 (no Docker engine answers)'],
    ['MongoDB', 'yours (MONGODB_URI names it)'],
  ],
  apiUrl: 'http://127.0.0.1:8080',
  metricsUrl: 'http://127.0.0.1:9464/metrics',
  demo: true,
  logsDir: '.house-helper/logs',
  next: [['pnpm hh-events log list', 'the newest events']],
}
const domains = [
  { domain: 'tasks', recorded: 1200, lag: 3 },
  { domain: 'bills', recorded: 34, lag: 0 },
]

function plainOutput(use: (screen: ReturnType<typeof createScreen>) => void): string {
  const written: string[] = []
  const out = { isTTY: false, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream
  use(createScreen(out, performance.now()))
  return written.join('')
}

it('shows what was picked and why, the counts by domain, the total, the lag and what to try', () => {
  const text = stripVTControlCharacters(render(facts, domains))
  for (const part of [
    'no Docker engine answers',
    'http://127.0.0.1:8080',
    'tasks',
    '1,200   lag 3',
    '1,234 events recorded, lag 3',
    'pnpm hh-events log list',
  ]) {
    expect(text).toContain(part)
  }
})

it('writes plain lines where there is no terminal, and no line twice', () => {
  const text = plainOutput((screen) => {
    screen.step('starting')
    screen.status(domains)
    screen.status(domains)
    screen.status(undefined)
  })
  expect(text.match(/1,234 events recorded/g)).toHaveLength(1)
  expect(text).toContain('the event logger does not answer')
  expect(text).not.toContain('\u001b')
})
