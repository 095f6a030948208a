import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type ListenAddress, listenOn } from './listening.ts'
import { PROMETHEUS_CONTENT_TYPE } from './metrics/prometheus-reader.ts'

/** Whether the logger can do its work now. */
export interface Readiness {
  /** Why it cannot, or undefined while it can. */
  readonly reason: string | undefined
  /** What is wrong although it can. */
  readonly warnings: readonly string[]
}

/** What the probes ask. */
export interface Probes {
  /** Why the process should be started anew, or undefined while it is alive. */
  whyNotLive(): string | undefined
  readiness(): Promise<Readiness>
  /** All metrics as Prometheus text. */
  metrics(): Promise<string>
}

/** The server of probes and metrics, apart from the API. */
export interface ProbeServer {
  /** `http://host:port`, with the port that was really taken. */
  readonly url: string
  close(): Promise<void>
}

/** Serves `/livez`, `/readyz` and `/metrics`. Rejects with `ADDRESS_UNAVAILABLE` when it cannot listen there. */
export async function createProbeServer(
  probes: Probes,
  address: ListenAddress,
  failed: (error: unknown) => void,
): Promise<ProbeServer> {
  const server = createServer((request, response) => {
    answer(probes, request, response).catch((error: unknown) => {
      failed(error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  const url = await listenOn(server, address, 'PROBE')
  return {
    url,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

async function answer(probes: Probes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  switch (request.url?.split('?', 1)[0]) {
    case '/livez': {
      const reason = probes.whyNotLive()
      return sendStatus(response, { reason, warnings: [] })
    }
    case '/readyz':
      return sendStatus(response, await probes.readiness())
    case '/metrics': {
      const text = await probes.metrics()
      response.writeHead(200, { 'content-type': PROMETHEUS_CONTENT_TYPE }).end(text)
      return
    }
    default:
      response.writeHead(404, { 'content-type': 'text/plain' }).end('There are /livez, /readyz and /metrics here.\n')
  }
}

function sendStatus(response: ServerResponse, { reason, warnings }: Readiness): void {
  const status = reason === undefined ? 'ok' : 'unavailable'
  const body = { status, ...(reason === undefined ? {} : { reason }), ...(warnings.length === 0 ? {} : { warnings }) }
  response.writeHead(reason === undefined ? 200 : 503, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
  })
  response.end(`${JSON.stringify(body)}\n`)
}
