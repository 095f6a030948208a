import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Document, MongoClient } from 'mongodb'
import { programOrder } from '../programs.ts'
import { type ServeOrder, serveUntilTold } from './serving.ts'

// What a good team writes by hand: one cursor over the same documents in the same order, each written to the answer as a
// line of JSON with the event and its place. It checks nothing, and a cut answer looks like a whole one.
const { mongodbUri, database } = programOrder<ServeOrder>()
const client = await MongoClient.connect(mongodbUri)
const server = createServer((_request, response) => {
  exportTo(response).catch((error: unknown) => response.destroy(error as Error))
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
await serveUntilTold({ url: `http://127.0.0.1:${port}` }, async () => {
  server.close()
  await client.close()
})

async function exportTo(response: ServerResponse): Promise<void> {
  response.setHeader('content-type', 'application/x-ndjson')
  const found = client
    .db(database)
    .collection('records')
    .find({}, { promoteBuffers: true, projection: { data: 0 }, batchSize: 1_000 })
    .sort({ topic: 1, partition: 1, generation: 1, offset: 1 })
  let chunk = ''
  for await (const document of found) {
    chunk += lineOf(document)
    if (chunk.length < 64 * 1024) continue
    if (!response.write(chunk)) await once(response, 'drain')
    chunk = ''
  }
  response.end(chunk)
}

function lineOf({ value, topic, partition, offset, generation, contract, issues, recordedAt }: Document): string {
  const event = JSON.parse(value.toString()) as object
  const position = { topic, partition, offset, generation }
  return `${JSON.stringify({ ...event, position, contract, issues, recordedAt })}\n`
}
