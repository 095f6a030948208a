import { connect, createServer, type Server, type Socket } from 'node:net'

/** What happens to one request: passed on; cut before it gets through; or cut when its answer comes back. */
export type Fate = 'pass' | 'lose-request' | 'lose-answer'

/** A TCP proxy before a broker that understands where a frame of the Kafka protocol begins. */
export interface CuttingProxy {
  /** Decides about each request by its API key (0 is Produce). */
  decide: (apiKey: number) => Fate
  /** Passes nothing on in either direction while it is true, and keeps every connection open. */
  isSilent: boolean
  readonly cuts: number
  close(): Promise<void>
}

/** Listens on a port and passes on to a broker's. */
export async function cuttingProxy(port: number, brokerPort: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  let cuts = 0
  const proxy = {
    decide: (): Fate => 'pass',
    isSilent: false,
    get cuts() {
      return cuts
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  } as CuttingProxy

  const server: Server = createServer((client) => {
    const broker = connect(brokerPort, '127.0.0.1')
    const doomed = new Set<number>()
    const cut = (): void => {
      cuts++
      client.destroy()
      broker.destroy()
    }
    for (const socket of [client, broker]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      // Cutting is this proxy's work; what either side says of it is no news.
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        broker.destroy()
      })
    }
    onFrames(client, (frame) => {
      if (proxy.isSilent) return
      const fate = proxy.decide(frame.readInt16BE(4))
      if (fate === 'lose-request') return cut()
      if (fate === 'lose-answer') doomed.add(frame.readInt32BE(8))
      broker.write(frame)
    })
    onFrames(broker, (frame) => {
      if (proxy.isSilent) return
      if (doomed.has(frame.readInt32BE(4))) return cut()
      client.write(frame)
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  return proxy
}

function onFrames(socket: Socket, take: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0)
      take(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
  })
}
