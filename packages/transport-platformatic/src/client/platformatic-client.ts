import type { ConnectionSettings, ExchangeChanges, WireClient } from '@house-helper/transport-kafka'
import type { Connection } from '@platformatic/kafka'
import { type Broker, createSockets, knows, readVersions, type Sockets, tooOld } from './broker.ts'
import type { ConnectionLog } from './connection-log.ts'
import { explain } from './failure.ts'
import type { Library } from './library.ts'
import { createRequests } from './requests.ts'
import { readTopicIds } from './topic-ids.ts'

/** Makes the connections of @platformatic/kafka into what a wire needs of a client. */
export function createPlatformaticClient(
  library: Library,
  settings: ConnectionSettings,
  log: ConnectionLog,
): WireClient<Broker> {
  const sockets = createSockets(library, settings)
  const requests = createRequests(library)
  return {
    async dial(address) {
      try {
        const main = await sockets.connect(address)
        const versions = await readVersions(library, main)
        log.answered(address)
        return { address, main, versions, fetching: undefined }
      } catch (error) {
        const { message = '' } = explain(error)
        log.failed(address, message)
        throw error
      }
    },
    addressOf: ({ address }) => address,
    isOpen: ({ main }) => main.isConnected(),
    end(broker) {
      sockets.end(broker.main)
      broker.fetching?.then(sockets.end, () => {})
    },
    async exchange(broker, api, args, changes: ExchangeChanges) {
      const request = requests[api]
      if (!knows(broker, request)) throw tooOld()
      const connection = api === 'Fetch' ? await fetchConnection(broker, sockets) : broker.main
      const answer = await request.send(connection, args, changes)
      return changes.parse ? await changes.parse(answer) : answer
    },
    topicIds: (broker, topics) => readTopicIds(library, broker, topics),
    explain,
    destroy: sockets.destroy,
  }
}

/** Fetches that come at once share the one that opens. */
async function fetchConnection(broker: Broker, sockets: Sockets): Promise<Connection> {
  const known = await broker.fetching?.catch(() => undefined)
  if (known?.isConnected()) return known
  if (known) sockets.end(known)
  broker.fetching = sockets.connect(broker.address)
  return await broker.fetching
}
