import { setInterval } from 'node:timers'
import { settingsFromEnv } from './settings.ts'
import { createHouseholdSimulator } from './simulator.ts'

const progressIntervalMs = 5_000

const read = settingsFromEnv(process.env)
if (!read.ok) {
  console.error(`Settings are wrong: ${read.problems.join('; ')}.`)
  process.exit(2)
}

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())

const simulator = createHouseholdSimulator({ ...read.settings, signal: stop.signal })
const report = (event: string): void => {
  process.stdout.write(`${JSON.stringify({ event, time: new Date().toISOString(), ...simulator.stats() })}\n`)
}
const progress = setInterval(() => report('progress'), progressIntervalMs)
try {
  report('started')
  simulator.start()
  await simulator.closed
  report('closed')
} catch (error) {
  console.error(`The simulator ended: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  clearInterval(progress)
}
