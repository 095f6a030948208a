import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { BenchStack } from '../measure.ts'
import type { Served, ServeEnd } from '../programs/serving.ts'
import type { SeededLog } from './seeded-log.ts'

/** A log that is served over HTTP by a process of its own. */
export interface ServedLog {
  readonly url: string
  /** Ends the process; resolves with the most memory that it had, in bytes. */
  close(): Promise<number>
}

// As the event logger is started; the hand-written server has the same.
const nodeArgs = ['--max-old-space-size=384', '--max-semi-space-size=8', '--conditions=@house-helper/source']
const START_TIMEOUT_MS = 30_000

/** Serves a log by one of the programs. */
export async function serveLog(
  program: './programs/serve-ours.ts' | './programs/serve-peer.ts',
  { mongodbUri, database, topicPrefix }: SeededLog,
  { brokers }: BenchStack,
): Promise<ServedLog> {
  const file = fileURLToPath(new URL(`.${program}`, import.meta.url))
  const order = JSON.stringify({ mongodbUri, database, topicPrefix, brokers })
  const child = spawn(process.execPath, [...nodeArgs, file, order], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const signal = AbortSignal.timeout(START_TIMEOUT_MS)
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${program} ended with ${code}.`)
  })
  // Once it has begun its end is told by close alone.
  ended.catch(() => {})
  const [first] = (await Promise.race([once(lines, 'line', { signal }), ended])) as [string]
  const { url } = JSON.parse(first) as Served
  return {
    url,
    async close() {
      const last = once(lines, 'line') as Promise<[string]>
      child.stdin.end()
      const [text] = await Promise.race([last, ended])
      return (JSON.parse(text) as ServeEnd).maxRssBytes
    },
  }
}
