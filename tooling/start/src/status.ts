import { z } from 'zod'

/** What the event logger says of one domain. */
export interface DomainStatus {
  readonly domain: string
  /** Events recorded, of this start and of earlier ones. */
  readonly recorded: number
  /** Events in Kafka that are not recorded yet. */
  readonly lag: number
}

const answerSchema = z.object({
  topics: z.array(
    z.object({
      topic: z.string(),
      recorded: z.number(),
      partitions: z.array(z.object({ lagMessages: z.number().optional() })),
    }),
  ),
})

/** Asks the event logger how far it is; undefined when it does not answer within two seconds. */
export async function loggerStatus(loggerUrl: string): Promise<readonly DomainStatus[] | undefined> {
  let answer: Response
  try {
    answer = await fetch(`${loggerUrl}/api/v1/topics`, { signal: AbortSignal.timeout(2000) })
  } catch {
    // Refused, or too slow: either way there is no figure to show. Its end would be noticed by whoever started it.
    return undefined
  }
  if (!answer.ok) return undefined
  const { topics } = answerSchema.parse(await answer.json())
  return topics.map(({ topic, recorded, partitions }) => ({
    domain: topic.slice(topic.lastIndexOf('.') + 1),
    recorded,
    lag: partitions.reduce((sum, { lagMessages = 0 }) => sum + lagMessages, 0),
  }))
}

/** Waits until the event logger is ready; rejects when the signal aborts or the deadline passes. */
export async function loggerReady(
  probeUrl: string,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<void> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  for (;;) {
    const ready = await fetch(`${probeUrl}/readyz`, { signal: AbortSignal.timeout(2000) }).then(
      (answer) => answer.ok,
      () => false,
    )
    if (ready) return
    deadline.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
