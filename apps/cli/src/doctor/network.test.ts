import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { startDeadline } from './deadline-clock.ts'
import { networkFindings } from './network.ts'

const folder = mkdtempSync(join(tmpdir(), 'hh-events-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A certificate for localhost that is its own authority. */
function certificate(name: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)] as const
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost']
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...made, ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' })
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}

const servers: Server[] = []
const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

async function listen(server: Server): Promise<number> {
  servers.push(server)
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return (server.address() as AddressInfo).port
}

async function closedPort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

const look = (port: number, tls?: object, host = 'localhost', timeoutMs = 5_000) =>
  networkFindings({ host, port, tls }, startDeadline(timeoutMs))

describe('networkFindings', () => {
  it('finds name and connection well', async () => {
    const port = await listen(createServer())
    expect(await look(port)).toMatchObject([
      { subject: `broker localhost:${port}`, check: 'name', status: 'ok' },
      { check: 'connection', status: 'ok', detail: 'accepts connections' },
    ])
  })

  it('stops at a name that does not exist', async () => {
    const findings = await look(9092, undefined, 'no-such-host.invalid')
    expect(findings).toMatchObject([
      { check: 'name', status: 'unreachable', remedy: expect.stringContaining('no-such-host.invalid') },
    ])
  })

  it('says that nothing listens, and which port', async () => {
    const port = await closedPort()
    const findings = await look(port)
    expect(findings[1]).toMatchObject({
      status: 'unreachable',
      detail: expect.stringContaining('ECONNREFUSED'),
      remedy: expect.stringContaining(String(port)),
    })
  })

  it('accepts a certificate of the given authority', async () => {
    const own = certificate('own')
    const port = await listen(createTlsServer(own))
    expect((await look(port, { ca: own.cert }))[2]).toMatchObject({
      check: 'tls',
      status: 'ok',
      detail: expect.stringContaining('TLSv1.3'),
    })
  })

  it('refuses a certificate of another authority, as failed and not as unreachable', async () => {
    const port = await listen(createTlsServer(certificate('own')))
    const findings = await look(port, { ca: certificate('other').cert })
    expect(findings[2]).toMatchObject({
      check: 'tls',
      status: 'failed',
      remedy: expect.stringContaining('KAFKA_SSL_CA_FILE'),
    })
  })

  it('says what a listener without TLS looks like, at its deadline', async () => {
    const port = await listen(createServer())
    const findings = await look(port, {}, 'localhost', 150)
    expect(findings[2]).toMatchObject({ status: 'unreachable', remedy: expect.stringContaining('plaintext') })
  })
})
