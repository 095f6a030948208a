import { connect, createServer, type Server, type Socket } from 'node:net'
import { type Connection, joinSockets } from './connection.ts'
import { type ActiveFault, type Fault, FaultState, type Hit } from './fault.ts'
import type { Protocol } from './protocol.ts'

/** Where a proxy listens and whom it stands before. Both ends are on this machine. */
export interface FaultProxyOptions {
  readonly protocol: Protocol
  /** The server's port on 127.0.0.1. May be set later with `target`, for a server that has to know the proxy's port first. */
  readonly targetPort?: number
  /** Default: a free one. */
  readonly port?: number
}

/** A proxy in front of one server, that passes everything on until it is told otherwise. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number
  /** `127.0.0.1:<port>`. */
  readonly address: string
  /** Every request hit so far, in order. */
  readonly hits: readonly Hit[]
  /** Sets the server's port. */
  target(port: number): void
  /** Lets a fault loose. Of several that match a request, the oldest takes it. */
  inject(fault: Fault): ActiveFault
  /** Takes back all faults; connections that were swallowed are cut. */
  clear(): void
  /** Cuts every connection now. */
  cutAll(): void
  close(): Promise<void>
}

/** Starts a proxy; resolves when it listens. */
export async function createFaultProxy({ protocol, targetPort, port = 0 }: FaultProxyOptions): Promise<FaultProxy> {
  const startedAt = performance.now()
  const connections = new Set<Connection>()
  const hits: Hit[] = []
  let faults: FaultState[] = []
  let serverPort = targetPort

  const choose = (request: string, message: Buffer): FaultState | undefined => {
    const fault = faults.find((candidate) => candidate.take(request, message))
    if (fault) hits.push({ kind: fault.fault.kind, request, atMs: Math.round(performance.now() - startedAt) })
    return fault
  }
  const accept = (client: Socket): void => {
    if (serverPort === undefined) {
      client.destroy()
      return
    }
    const connection = joinSockets(client, connect(serverPort, '127.0.0.1'), protocol, choose)
    connections.add(connection)
    client.once('close', () => connections.delete(connection))
  }
  const cut = (which: (connection: Connection) => boolean): void => {
    for (const connection of connections) if (which(connection)) connection.cut()
  }
  const inject = (fault: Fault): ActiveFault => {
    const state = new FaultState(fault, () => {
      faults = faults.filter((other) => other !== state)
      cut(({ swallowedBy }) => swallowedBy === state)
    })
    faults.push(state)
    return state
  }

  const server = createServer(accept)
  const listening = await listen(server, port)
  const close = (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    cut(() => true)
    return closed
  }
  return {
    port: listening,
    address: `127.0.0.1:${listening}`,
    hits,
    target: (to) => {
      serverPort = to
    },
    inject,
    clear: () => {
      for (const fault of [...faults]) fault.lift()
    },
    cutAll: () => cut(() => true),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('a listening TCP server has no port'))
      else resolve(address.port)
    })
  })
}
