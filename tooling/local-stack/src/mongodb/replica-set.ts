import { setTimeout as sleep } from 'node:timers/promises'
import { type Db, type Document, MongoClient, MongoServerError } from 'mongodb'
import { LocalStackError } from '../errors.ts'

/** The name of every local replica set. */
export const replicaSetName = 'rs0'

/**
 * Makes the mongod at this port of 127.0.0.1 the one member of its replica set, and waits until it is primary.
 * Data that was made at another port gets its member's address changed. Throws `START_TIMED_OUT`.
 */
export async function joinReplicaSet(port: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
  const host = `127.0.0.1:${port}`
  await withMember(host, timeoutMs, async (admin) => {
    await claimMember(admin, host)
    await untilPrimary(admin, host, Date.now() + timeoutMs, signal)
  })
}

/** Makes the mongods at these addresses one replica set, which elects a primary by itself. */
export async function initiateSet(hosts: readonly string[], electionTimeoutMs: number): Promise<void> {
  const members = hosts.map((host, _id) => ({ _id, host }))
  const settings = { electionTimeoutMillis: electionTimeoutMs }
  await askMember(hosts[0] ?? '', { replSetInitiate: { _id: replicaSetName, members, settings } }, 30_000)
}

/** Asks one member, whatever its part in the set, over a connection of its own. */
export async function askMember(host: string, command: Document, timeoutMs = 5_000): Promise<Document> {
  return await withMember(host, timeoutMs, (admin) => admin.command(command))
}

async function withMember<Result>(
  host: string,
  timeoutMs: number,
  work: (admin: Db) => Promise<Result>,
): Promise<Result> {
  const client = new MongoClient(`mongodb://${host}/?directConnection=true`, {
    serverSelectionTimeoutMS: timeoutMs,
    // Also where it accepts a connection and then says nothing.
    connectTimeoutMS: timeoutMs,
    socketTimeoutMS: timeoutMs,
  })
  try {
    return await work(client.db('admin'))
  } finally {
    await client.close()
  }
}

// What replSetGetConfig answers on a server that has never been in a set.
const notYetInitialized = 94

async function claimMember(admin: Db, host: string): Promise<void> {
  const config = await currentConfig(admin)
  if (config === undefined) {
    await admin.command({ replSetInitiate: { _id: replicaSetName, members: [{ _id: 0, host }] } })
  } else if (config.members[0]?.host !== host) {
    const moved = { ...config, version: config.version + 1, members: [{ ...config.members[0], host }] }
    // Under its old address the server finds itself in no set, so there is no primary to ask: hence the force.
    await admin.command({ replSetReconfig: moved, force: true })
  }
}

interface ReplicaSetConfig {
  version: number
  members: { host: string }[]
}

async function currentConfig(admin: Db): Promise<ReplicaSetConfig | undefined> {
  try {
    return (await admin.command({ replSetGetConfig: 1 })).config
  } catch (error) {
    if (error instanceof MongoServerError && error.code === notYetInitialized) return undefined
    throw error
  }
}

async function untilPrimary(admin: Db, host: string, deadline: number, signal?: AbortSignal): Promise<void> {
  while (!(await admin.command({ hello: 1 })).isWritablePrimary) {
    if (Date.now() > deadline)
      throw new LocalStackError('START_TIMED_OUT', `MongoDB at ${host} did not become primary in time`)
    await sleep(25, undefined, { signal })
  }
}
