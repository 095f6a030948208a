import { randomInt } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { z } from 'zod'

// Below the range that Linux and macOS take outgoing connections from: a kept port isn't lost to one of them.
const lowest = 20_000
const highest = 32_000

const portsFile = z.record(z.string(), z.int().min(1).max(65_535))

/** Finds free ports of 127.0.0.1, one a name. Nothing holds them afterwards: whoever binds has to be ready for a loss. */
export async function freePorts<Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  const held: Server[] = []
  const ports: [Name, number][] = []
  try {
    for (const name of names) {
      const server = await holdAnyPort()
      held.push(server)
      ports.push([name, portOf(server)])
    }
  } finally {
    await Promise.all(held.map(release))
  }
  return Object.fromEntries(ports) as Record<Name, number>
}

/**
 * Finds ports as freePorts does, and writes them to `file`: the next call gets the same ones while all of them are free.
 * Clients keep the address of a broker, so data that stays should stay at its address.
 */
export async function keptPorts<Name extends string>(
  file: string,
  names: readonly Name[],
): Promise<Record<Name, number>> {
  const kept = await readPorts(file)
  const ports = names.map((name) => [name, kept[name]] as const)
  const free = await Promise.all(ports.map(([, port]) => port !== undefined && isFree(port)))
  if (free.every(Boolean)) return Object.fromEntries(ports) as Record<Name, number>
  const found = await freePorts(names)
  await writeFile(file, JSON.stringify(found))
  return found
}

/** Says whether nobody listens on this port of 127.0.0.1. */
export async function isFree(port: number): Promise<boolean> {
  const server = await hold(port)
  if (server === undefined) return false
  await release(server)
  return true
}

async function readPorts(file: string): Promise<Record<string, number>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}'
    throw error
  })
  // A half-written file only means that the ports are chosen anew.
  const parsed = portsFile.safeParse(parseJson(text))
  return parsed.success ? parsed.data : {}
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

async function holdAnyPort(): Promise<Server> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const server = await hold(randomInt(lowest, highest))
    if (server !== undefined) return server
  }
  throw new Error(`no free port between ${lowest} and ${highest} on 127.0.0.1`)
}

function hold(port: number): Promise<Server | undefined> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined)
      else reject(error)
    })
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server))
  })
}

function release(server: Server): Promise<void> {
  return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())))
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a listening TCP server has no port')
  return address.port
}
