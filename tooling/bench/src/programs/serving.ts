import { once } from 'node:events'

/** What the programs that serve a log are asked to do. */
export interface ServeOrder {
  readonly mongodbUri: string
  readonly database: string
  readonly topicPrefix: string
  readonly brokers: readonly string[]
}

/** What they say first. */
export interface Served {
  readonly url: string
}

/** What they say last. */
export interface ServeEnd {
  /** The largest resident set of the process, in bytes. */
  readonly maxRssBytes: number
}

/** Says where it listens, waits until it is told to end by the end of its input, and says what it took. */
export async function serveUntilTold(served: Served, close: () => Promise<void>): Promise<void> {
  console.log(JSON.stringify(served))
  process.stdin.resume()
  await once(process.stdin, 'end')
  await close()
  const end: ServeEnd = { maxRssBytes: process.resourceUsage().maxRSS * 1024 }
  console.log(JSON.stringify(end))
  process.exit(0)
}
