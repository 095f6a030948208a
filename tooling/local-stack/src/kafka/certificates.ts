import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runToSuccess } from '../command.ts'

/** PEM files for TLS, made anew for one broker. */
export interface Certificates {
  /** The authority that signed the others: a client's `KAFKA_SSL_CA_FILE`. */
  caFile: string
  /** The broker's key and certificate in one file, as Kafka's PEM key stores want it. */
  serverFile: string
  clientCertificateFile: string
  clientKeyFile: string
}

const timeoutMs = 30_000

/** Makes an authority, a certificate for 127.0.0.1 and localhost, and a client certificate, with openssl. */
export async function makeCertificates(folder: string, signal?: AbortSignal): Promise<Certificates> {
  const openssl = (...args: string[]) => runToSuccess('openssl', args, { cwd: folder, timeoutMs, signal })
  await writeFile(
    join(folder, 'ca.cnf'),
    '[req]\ndistinguished_name=dn\nx509_extensions=v3\n[dn]\n[v3]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n',
  )
  await openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-config',
    'ca.cnf',
    '-subj',
    '/CN=house-helper-local-ca',
    '-days',
    '30',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  )
  const sign = async (name: string, extensions: string) => {
    await writeFile(join(folder, `${name}.ext`), extensions)
    await openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-config',
      'ca.cnf',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    )
    await openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-set_serial',
      serial(),
      '-days',
      '30',
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.pem`,
    )
  }
  await Promise.all([
    sign('server', 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n'),
    sign('client', 'extendedKeyUsage=clientAuth\n'),
  ])
  const file = (name: string) => join(folder, name)
  await concatenate([file('server.key'), file('server.pem')], file('server.both.pem'))
  return {
    caFile: file('ca.pem'),
    serverFile: file('server.both.pem'),
    clientCertificateFile: file('client.pem'),
    clientKeyFile: file('client.key'),
  }
}

function serial(): string {
  return `0x${randomBytes(8).toString('hex')}`
}

async function concatenate(from: readonly string[], to: string): Promise<void> {
  const parts = await Promise.all(from.map((file) => readFile(file, 'utf8')))
  await writeFile(to, parts.join('\n'), { mode: 0o600 })
}
