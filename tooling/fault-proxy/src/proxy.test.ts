import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { kafkaProtocol } from './protocol.ts'
import { createFaultProxy, type FaultProxy } from './proxy.ts'

const produce = 0
const fetch = 1

/** A frame as Kafka's requests have it: length, API key, one number. */
function frame(apiKey: number, value: number): Buffer {
  const buffer = Buffer.alloc(10)
  buffer.writeInt32BE(6, 0)
  buffer.writeInt16BE(apiKey, 4)
  buffer.writeInt32BE(value, 6)
  return buffer
}

let server: Server
let received: number[]
let proxy: FaultProxy

beforeEach(async () => {
  received = []
  // Answers each request with itself, as soon as it has come in whole.
  server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += 10) received.push(chunk.readInt32BE(at + 6))
      socket.write(chunk)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy = await createFaultProxy({ protocol: kafkaProtocol, targetPort: (server.address() as { port: number }).port })
})

afterEach(async () => {
  await proxy.close()
  server.close()
})

async function client(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

/** Sends and waits for the answer: its number, or `cut` when the connection ends instead. */
async function ask(socket: Socket, request: Buffer): Promise<number | 'cut'> {
  const outcome = Promise.race([
    once(socket, 'data').then(([chunk]) => (chunk as Buffer).readInt32BE(6)),
    once(socket, 'close').then(() => 'cut' as const),
  ])
  socket.write(request)
  return outcome
}

/** The numbers of the first answers that come in. */
function firstAnswers(socket: Socket, count: number): Promise<number[]> {
  const answers: number[] = []
  return new Promise((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += 10) answers.push(chunk.readInt32BE(at + 6))
      if (answers.length === count) resolve(answers)
    })
  })
}

describe('createFaultProxy', () => {
  it('passes requests and answers on, also when frames come in pieces', async () => {
    const socket = await client()
    const request = frame(produce, 7)
    const answer = once(socket, 'data')
    socket.write(request.subarray(0, 3))
    // Only a whole frame is passed on, so the second piece completes it whenever it arrives.
    socket.write(request.subarray(3))
    expect(((await answer)[0] as Buffer).readInt32BE(6)).toBe(7)
  })

  it('cuts before the server gets the request', async () => {
    proxy.inject({ kind: 'cut-before', requests: ['Produce'] })
    expect(await ask(await client(), frame(produce, 1))).toBe('cut')
    expect(received).toEqual([])
  })

  it('cuts after the server has done the request', async () => {
    proxy.inject({ kind: 'cut-after', requests: ['Produce'] })
    expect(await ask(await client(), frame(produce, 1))).toBe('cut')
    expect(received).toEqual([1])
  })

  it('hits only the named requests, after those it skips, as often as it says', async () => {
    const fault = proxy.inject({ kind: 'cut-before', requests: ['Produce'], skip: 1, times: 1 })
    const socket = await client()
    expect([
      await ask(socket, frame(fetch, 1)),
      await ask(socket, frame(produce, 2)),
      await ask(socket, frame(produce, 3)),
    ]).toEqual([1, 2, 'cut'])
    await fault.spent
    expect([
      await ask(await client(), frame(produce, 4)),
      fault.hits,
      proxy.hits.map(({ request }) => request),
    ]).toEqual([4, 1, ['Produce']])
  })

  it('swallows a connection until the fault is lifted, then cuts it', async () => {
    const fault = proxy.inject({ kind: 'blackhole' })
    const socket = await client()
    const answer = ask(socket, frame(produce, 1))
    await fault.spent
    expect(received).toEqual([])
    proxy.clear()
    expect(await answer).toBe('cut')
  })

  it.each([
    ['before', []],
    ['after', [1]],
  ] as const)(
    'holds a request %s the server does it until the fault is lifted, and what follows it',
    async (when, done) => {
      const fault = proxy.inject({ kind: `hold-${when}`, requests: ['Produce'] })
      const socket = await client()
      const answers = firstAnswers(socket, 2)
      socket.write(frame(produce, 1))
      await fault.holding
      expect(received).toEqual(done)
      socket.write(frame(fetch, 2))
      fault.lift()
      expect(await answers).toEqual([1, 2])
      expect(received).toEqual([1, 2])
    },
  )

  it('forgets what it holds of a client that goes away', async () => {
    const fault = proxy.inject({ kind: 'hold-before' })
    const socket = await client()
    socket.write(frame(produce, 1))
    await fault.holding
    socket.destroy()
    await once(socket, 'close')
    expect(await ask(await client(), frame(produce, 2))).toBe(2)
    fault.lift()
    expect(await ask(await client(), frame(produce, 3))).toBe(3)
    expect(received).toEqual([2, 3])
  })

  it('hits only the requests whose bytes are accepted', async () => {
    proxy.inject({ kind: 'cut-before', where: (request) => request.readInt32BE(6) === 2 })
    const socket = await client()
    expect([await ask(socket, frame(produce, 1)), await ask(socket, frame(produce, 2))]).toEqual([1, 'cut'])
  })

  it('keeps the order of answers behind a delayed one', async () => {
    proxy.inject({ kind: 'delay', delayMs: 30 })
    const socket = await client()
    const answers = firstAnswers(socket, 2)
    socket.write(Buffer.concat([frame(produce, 1), frame(produce, 2)]))
    expect(await answers).toEqual([1, 2])
  })

  it('cuts clients that come while the server is away', async () => {
    server.close()
    const socket = connect(proxy.port, '127.0.0.1')
    await once(socket, 'close')
    expect(socket.destroyed).toBe(true)
  })
})
