import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePorts, lastLines, type SupervisedProcess, superviseProcess } from '@house-helper/local-stack'
import { stringify } from 'yaml'
import { z } from 'zod'
import { type MachineRegistry, readMachineRegistry } from './machine-registry.ts'

/** Versions of packages, by name. */
export type PublishedVersions = Readonly<Record<string, readonly string[]>>

/** A registry on this machine, with storage of its own. What is not ours it fetches from the registry of the machine. */
export interface Registry {
  readonly url: string
  /** A file for `NPM_CONFIG_USERCONFIG` with which packages can be published. */
  readonly publisherConfig: string
  /** Every package of ours that is here, with its versions. */
  published(): Promise<PublishedVersions>
  /** The bytes of a published version. */
  tarball(name: string, version: string): Promise<Uint8Array>
  close(): Promise<void>
}

// Other programs of a test run take their share of the processor.
const startTimeoutMs = 60_000
const pollMs = 100

const packument = z.object({
  versions: z.record(z.string(), z.object({ dist: z.object({ tarball: z.url() }) })),
})

/**
 * Starts Verdaccio on a free port. It ends when this process does, however that ends.
 *
 * @param folder Where its storage and settings go; whoever made it removes it.
 */
export async function startRegistry(folder: string): Promise<Registry> {
  await mkdir(folder, { recursive: true })
  const machine = await readMachineRegistry()
  const { port } = await freePorts(['port'])
  const url = `http://127.0.0.1:${port}/`
  const configFile = join(folder, 'verdaccio.yaml')
  const storage = join(folder, 'storage')
  await writeFile(configFile, stringify(verdaccioConfig(folder, storage, machine)))
  const logFile = join(folder, 'verdaccio.log')
  const server = await superviseProcess('the registry', {
    command: process.execPath,
    args: [verdaccioProgram(), '--config', configFile, '--listen', `127.0.0.1:${port}`],
    env: { ...(machine.caFile && { NODE_EXTRA_CA_CERTS: machine.caFile }) },
    cwd: folder,
    logFile,
    stopTimeoutMs: 5_000,
  })
  try {
    await answers(`${url}-/ping`, server, logFile)
    const publisherConfig = join(folder, 'publisher.npmrc')
    const token = await addPublisher(url)
    await writeFile(publisherConfig, `registry=${url}\n//127.0.0.1:${port}/:_authToken=${token}\n`, { mode: 0o600 })
    return { ...questions(url, storage), url, publisherConfig, close: () => server.stop() }
  } catch (error) {
    await server.stop()
    throw error
  }
}

function verdaccioConfig(folder: string, storage: string, machine: MachineRegistry): unknown {
  return {
    storage,
    auth: { htpasswd: { file: join(folder, 'users') } },
    uplinks: {
      machine: {
        url: machine.url,
        strict_ssl: machine.strictTls,
        ...(machine.httpProxy && { http_proxy: machine.httpProxy }),
        ...(machine.httpsProxy && { https_proxy: machine.httpsProxy }),
        ...(machine.noProxy && { no_proxy: machine.noProxy }),
        // One slow answer must not take the uplink away for all that come after it.
        timeout: '60s',
        max_fails: 20,
        fail_timeout: '1s',
      },
    },
    packages: {
      // No proxy: a package of ours is here because this run has published it, or it is nowhere.
      '@house-helper/*': { access: '$all', publish: '$authenticated' },
      '**': { access: '$all', proxy: 'machine' },
    },
    web: { enable: false },
    middlewares: {},
    log: { type: 'stdout', format: 'json', level: 'warn' },
  }
}

function verdaccioProgram(): string {
  const require = createRequire(import.meta.url)
  return join(dirname(require.resolve('verdaccio')), '../bin/verdaccio')
}

async function answers(url: string, server: SupervisedProcess, logFile: string): Promise<void> {
  const deadline = AbortSignal.timeout(startTimeoutMs)
  let ended = false
  void server.ended.then(() => {
    ended = true
  })
  while (!(await isReady(url))) {
    if (ended || deadline.aborted) {
      const why = ended ? 'has ended' : `does not answer within ${startTimeoutMs} ms`
      throw new Error(`The registry at ${url} ${why}:\n${lastLines(await readFile(logFile, 'utf8'), 15)}`)
    }
    await delay(pollMs)
  }
}

async function isReady(url: string): Promise<boolean> {
  // Refused until it listens.
  return fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
    ({ ok }) => ok,
    () => false,
  )
}

async function addPublisher(url: string): Promise<string> {
  const answer = await ask(`${url}-/user/org.couchdb.user:publisher`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'publisher', password: crypto.randomUUID() }),
  })
  return z.object({ token: z.string() }).parse(await answer.json()).token
}

function questions(url: string, storage: string): Pick<Registry, 'published' | 'tarball'> {
  const versionsOf = async (name: string) => {
    const answer = await ask(`${url}${name.replace('/', '%2f')}`)
    return packument.parse(await answer.json()).versions
  }
  return {
    published: async () => {
      const names = await publishedNames(storage)
      const found = names.map(async (name) => [name, Object.keys(await versionsOf(name)).sort()] as const)
      return Object.fromEntries(await Promise.all(found))
    },
    tarball: async (name, version) => {
      const published = (await versionsOf(name))[version]
      if (!published) throw new Error(`${name}@${version} is not in the registry at ${url}: publish it first.`)
      return (await ask(published.dist.tarball)).bytes()
    },
  }
}

/** From the storage: the registry itself has no question for everything that it has. */
async function publishedNames(storage: string): Promise<readonly string[]> {
  const folders = await readdir(join(storage, '@house-helper')).catch((error: NodeJS.ErrnoException) => {
    // Nothing was published yet.
    if (error.code === 'ENOENT') return []
    throw error
  })
  return folders.sort().map((folder) => `@house-helper/${folder}`)
}

async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(60_000) })
  if (answer.ok) return answer
  throw new Error(`${init.method ?? 'GET'} ${url} was answered with ${answer.status}: ${await answer.text()}`)
}
