import type { FastifyInstance, FastifyRequest } from 'fastify'
import { sendProblem } from './problem.ts'

/** Who may talk to the API. */
export interface Guards {
  /** What the API listens on; clients may name it. */
  readonly host: string
  /** Further host names that clients may name, as behind a proxy or on a container network. */
  readonly allowedHosts: readonly string[]
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses requests that a web page of somebody else may have made.
 *
 * Every request has to name a host that is ours: a page that rebinds its own name to this address (DNS rebinding) still
 * sends that name. A request that changes state also needs a JSON body, which a page cannot send without asking first
 * (CORS), and no foreign Origin.
 */
export function guard(app: FastifyInstance, guards: Guards): void {
  const allowed = new Set([guards.host, ...guards.allowedHosts].map((name) => name.toLowerCase()))
  app.addHook('onRequest', async (request, reply) => {
    const refusal = refusalOf(request, allowed)
    if (refusal !== undefined) return sendProblem(request, reply, refusal)
  })
}

function refusalOf(
  request: FastifyRequest,
  allowed: ReadonlySet<string>,
): { status: number; detail: string } | undefined {
  const host = hostName(request.headers.host)
  if (host === undefined || !isOurs(host, request, allowed)) {
    return {
      status: 421,
      detail: `The Host header names ${JSON.stringify(host ?? '')}, which is not a name of this service; add it to HTTP_ALLOWED_HOSTS if it is.`,
    }
  }
  if (safeMethods.has(request.method)) return undefined
  const origin = request.headers.origin
  if (origin !== undefined && !isOrigin(origin, request, allowed)) {
    return { status: 403, detail: `Requests from pages of the origin ${JSON.stringify(origin)} change nothing here.` }
  }
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    return { status: 415, detail: 'A request that changes something needs Content-Type: application/json.' }
  }
  return undefined
}

function isOurs(host: string, request: FastifyRequest, allowed: ReadonlySet<string>): boolean {
  return allowed.has(host) || isLoopback(host) || host === localAddress(request)
}

function isOrigin(origin: string, request: FastifyRequest, allowed: ReadonlySet<string>): boolean {
  if (!URL.canParse(origin)) return false
  const host = hostName(new URL(origin).host)
  return host !== undefined && isOurs(host, request, allowed)
}

/** The address that the connection came in on: an address, unlike a name, cannot be rebound by somebody else. */
function localAddress(request: FastifyRequest): string | undefined {
  return request.socket.localAddress?.replace(/^::ffff:/, '')
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** The name in a Host header, without port and brackets, in lower case; undefined where it is malformed. */
function hostName(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? '')
  return (match?.[1] ?? match?.[2])?.toLowerCase()
}
