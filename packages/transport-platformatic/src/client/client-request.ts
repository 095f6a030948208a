import type { ExchangeChanges } from '@house-helper/transport-kafka'
import type { API, Connection } from '@platformatic/kafka'
import { answerIn } from './failure.ts'

/** One request in one version: what is sent for our arguments, and our form of its answer. */
export interface ClientRequest {
  readonly key: number
  readonly version: number
  send(connection: Connection, args: object, changes: ExchangeChanges): Promise<unknown>
}

/** Translates arguments and answers of one of the library's requests. */
export function translated<Args, Call extends unknown[], Answer>(
  api: API<Call, Answer>,
  call: (ask: (...call: Call) => Promise<Answer>, args: Args) => Promise<Answer>,
  answer: (read: Answer) => unknown,
): ClientRequest {
  return {
    key: api.key,
    version: api.version,
    async send(connection, args, { parse }) {
      const ask = (...of: Call): Promise<Answer> => api.async(connection, ...of)
      const read = call(ask, args as Args).catch((error: unknown) => {
        // Whoever parses the answer wants its error codes instead.
        const withCodes = parse === undefined ? undefined : (answerIn(error) as Answer | undefined)
        if (withCodes === undefined) throw error
        return withCodes
      })
      return answer(await read)
    },
  }
}
