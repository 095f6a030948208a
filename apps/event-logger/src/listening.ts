import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EventLoggerError } from './errors.ts'

/** An address to listen on; port 0 takes any free one. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/**
 * Makes a server listen, and returns its URL.
 *
 * @param settings The first word of the variables that name the address: `HTTP` or `PROBE`.
 * @throws EventLoggerError `ADDRESS_UNAVAILABLE` naming those variables.
 */
export async function listenOn(server: Server, address: ListenAddress, settings: 'HTTP' | 'PROBE'): Promise<string> {
  server.listen({ host: address.host, port: address.port })
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw addressUnavailable(address, settings, cause)
  }
  return urlOf(server, address.host)
}

/** The URL of a server that listens. */
function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The error for an address that cannot be listened on. */
function addressUnavailable(address: ListenAddress, settings: 'HTTP' | 'PROBE', cause: unknown): EventLoggerError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
  return new EventLoggerError(
    'ADDRESS_UNAVAILABLE',
    `Cannot listen on ${address.host}:${address.port} (${reason}): set ${settings}_HOST and ${settings}_PORT to an address of this machine that is free.`,
    { cause, details: { host: address.host, port: address.port } },
  )
}
