import { lookup } from 'node:dns/promises'
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { CliError } from '../errors.ts'
import type { DeadlineClock } from './deadline-clock.ts'
import type { Finding } from './finding.ts'

/** A server to be looked for. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  /** Checks TLS too, with these settings. */
  readonly tls?: ConnectionOptions | undefined
}

/**
 * Looks for a server step by step: its name, a TCP connection, and TLS where it is used. Stops at the first failure.
 */
export async function networkFindings(endpoint: Endpoint, clock: DeadlineClock): Promise<readonly Finding[]> {
  const subject = `broker ${endpoint.host}:${endpoint.port}`
  const findings: Finding[] = []
  for (const [check, step] of steps(endpoint)) {
    try {
      findings.push({ subject, check, status: 'ok', detail: await clock.run(`The ${check} check`, step) })
    } catch (error) {
      findings.push({ subject, check, ...failure(check, endpoint, error) })
      break
    }
  }
  return findings
}

type Step = (allowance: { readonly signal: AbortSignal }) => Promise<string>

function steps(endpoint: Endpoint): readonly (readonly [check: string, step: Step])[] {
  const { host, port, tls } = endpoint
  const tcp: readonly [string, Step][] = [
    ['name', async () => (await lookup(host)).address],
    ['connection', ({ signal }) => settled(connect({ host, port }), 'connect', signal, () => 'accepts connections')],
  ]
  if (tls === undefined) return tcp
  const secure: Step = ({ signal }) => {
    // Kafka clients name the host they dial; for an address there is no name to send.
    const socket = connectTls({ host, port, ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }), ...tls })
    return settled(socket, 'secureConnect', signal, () => `${socket.getProtocol()}, certificate accepted`)
  }
  return [...tcp, ['tls', secure]]
}

/** Waits for a socket's event, and destroys the socket whatever happens. */
function settled(socket: Socket, event: string, signal: AbortSignal, detail: () => string): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    socket.once(event, () => resolve(detail()))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the connection was closed')))
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  }).finally(() => socket.destroy())
}

function failure(
  check: string,
  { host, port }: Endpoint,
  error: unknown,
): Pick<Finding, 'status' | 'detail' | 'remedy'> {
  const late = error instanceof CliError && error.code === 'TIMED_OUT'
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const detail = late
    ? 'no answer in time'
    : [code, error instanceof Error ? error.message : ''].filter(Boolean).join(': ')
  if (check === 'name') {
    return { status: 'unreachable', detail, remedy: `Check the name ${host} in KAFKA_BROKERS, and your DNS.` }
  }
  if (check === 'tls') {
    // A handshake without an answer is how a plaintext listener, or a firewall, looks from here.
    const remedy = late
      ? 'Is this the TLS listener? Where it is plaintext, leave KAFKA_SSL out.'
      : 'Check KAFKA_SSL_CA_FILE, the name in the certificate, and that this port speaks TLS.'
    return { status: late ? 'unreachable' : 'failed', detail, remedy }
  }
  return { status: 'unreachable', detail, remedy: `Start Kafka there, or correct KAFKA_BROKERS; is port ${port} open?` }
}
