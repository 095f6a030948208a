import type { Transport } from '@house-helper/events-core'
import { type Allowance, within } from './deadline.ts'
import type { World } from './world.ts'

/** How long closing a Transport may take once the command's work is over. */
export const CLOSE_TIMEOUT_MS = 2_000

/**
 * Runs something on a Transport from the environment, within a time, and closes the Transport.
 *
 * An error of the work comes before an error of closing, which then is its consequence.
 */
export async function connected<Result>(
  world: World,
  timeoutMs: number,
  what: string,
  run: (transport: Transport, allowance: Allowance) => Promise<Result>,
): Promise<Result> {
  const transport = world.openTransport(world.env)
  const close = () => within(CLOSE_TIMEOUT_MS, 'Closing the connections to Kafka', () => transport.close())
  let result: Result
  try {
    result = await within(timeoutMs, what, (allowance) => run(transport, allowance))
  } catch (error) {
    await close().catch(() => undefined)
    throw error
  }
  await close()
  return result
}
