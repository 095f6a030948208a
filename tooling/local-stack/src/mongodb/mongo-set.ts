import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MongoServerError } from 'mongodb'
import { type ClusterNode, createClusterNode, onAllNodes } from '../cluster-node.ts'
import { openDataFolder } from '../data-folder.ts'
import { LocalStackError } from '../errors.ts'
import { freePorts } from '../ports.ts'
import type { OnProgress } from '../progress.ts'
import { startOnFreePorts } from '../start-attempts.ts'
import { findMongod, type Mongod } from './mongod.ts'
import { mongodLogFile, runMongod } from './mongod-process.ts'
import { askMember, initiateSet, replicaSetName } from './replica-set.ts'

/** How a local replica set is started; every setting has a default. */
export interface MongoSetOptions {
  /** The bound of each member's WiredTiger cache. Default: 0.25, the least that MongoDB takes. */
  cacheGb?: number | undefined
  /** Of each member. Default: 60,000. */
  startTimeoutMs?: number | undefined
  /** Between asking a member to end and killing it. Default: 20,000: a primary steps down first. */
  stopTimeoutMs?: number | undefined
  onProgress?: OnProgress | undefined
  signal?: AbortSignal | undefined
}

/** A running MongoDB replica set of three members: any one of them can go away. */
export interface MongoSet {
  /** For MONGODB_URI. */
  readonly uri: string
  readonly nodes: readonly ClusterNode[]
  /** The member that takes writes, waited for; throws `START_TIMED_OUT` when there is none for `timeoutMs` (60,000). */
  primary(timeoutMs?: number): Promise<ClusterNode>
  /**
   * Makes the primary step down, in favour of a member that has caught up; resolves with the one that it was.
   * It stands for no election for 5 s.
   */
  stepDown(): Promise<ClusterNode>
  /** Waits until every member is primary or secondary again, with what the primary has; throws as `primary` does. */
  untilHealthy(timeoutMs?: number): Promise<void>
  /** Ends every member and removes their data. Safe to call again. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const nodeIds = [1, 2, 3] as const

/**
 * Starts three members on this machine, with temporary data; resolves when one of them is primary.
 * A primary that says nothing for 2 s is replaced (MongoDB's default is 10 s).
 * Throws `MONGODB_MISSING` or what ended a member, with nothing left running.
 */
export async function startMongoSet(options: MongoSetOptions = {}): Promise<MongoSet> {
  const tell = (step: string) => options.onProgress?.({ server: 'mongodb', step })
  const mongod = await findMongod(tell, options.signal)
  return startOnFreePorts(async () => {
    tell('starting three members')
    return await startMembers(mongod, options)
  })
}

async function startMembers(mongod: Mongod, options: MongoSetOptions): Promise<MongoSet> {
  const folder = await openDataFolder({ server: 'mongodb', signal: options.signal })
  const ports = Object.values(await freePorts(nodeIds.map((id) => `member ${id}`)))
  const nodes = ports.map((port, index) => {
    const process = {
      cacheGb: 0.25,
      stopTimeoutMs: 20_000,
      ...options,
      mongod,
      path: join(folder.path, `member-${index + 1}`),
      port,
    }
    const launch = async () => {
      await mkdir(process.path, { recursive: true })
      return await runMongod(process, folder.heldBy)
    }
    return createClusterNode({ id: index + 1, address: `127.0.0.1:${port}`, logFile: mongodLogFile(process), launch })
  })
  const set = mongoSet(nodes, folder.release)
  try {
    await onAllNodes(nodes, (node) => node.start())
    await initiateSet(
      nodes.map(({ address }) => address),
      electionTimeoutMs,
    )
    await set.primary()
    return set
  } catch (error) {
    await set.close()
    throw error
  }
}

const electionTimeoutMs = 2_000
const stepDownSeconds = 5
const catchUpSeconds = 4
const helloTimeoutMs = 1_000
const defaultWaitMs = 60_000

function mongoSet(nodes: readonly ClusterNode[], release: () => Promise<void>): MongoSet {
  const close = async (): Promise<void> => {
    // Not in order: the data goes anyway.
    await onAllNodes(nodes, (node) => node.kill())
    await release()
  }
  const primary = (timeoutMs = defaultWaitMs): Promise<ClusterNode> =>
    waitFor('a primary', timeoutMs, async () => {
      const answers = await Promise.all(nodes.map(isPrimary))
      return nodes.find((_, index) => answers[index])
    })
  return {
    uri: `mongodb://${nodes.map(({ address }) => address).join(',')}/?replicaSet=${replicaSetName}`,
    nodes,
    primary,
    async stepDown() {
      return await waitFor('a primary that others can follow', defaultWaitMs, async () => {
        const node = await primary()
        return (await stepsDown(node)) ? node : undefined
      })
    },
    async untilHealthy(timeoutMs = defaultWaitMs) {
      const isHealthy = async (): Promise<true | undefined> =>
        (await areInService(await primary(timeoutMs))) || undefined
      await waitFor('its members in service', timeoutMs, isHealthy)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function waitFor<Result>(
  what: string,
  timeoutMs: number,
  look: () => Promise<Result | undefined>,
): Promise<Result> {
  for (const deadline = Date.now() + timeoutMs; ; await sleep(50)) {
    const found = await look()
    if (found !== undefined) return found
    if (Date.now() > deadline)
      throw new LocalStackError('START_TIMED_OUT', `the replica set has not had ${what} for ${timeoutMs} ms`)
  }
}

// None of the others has caught up in time, so that the primary stays.
const nobodyCaughtUp = 262

async function stepsDown({ address }: ClusterNode): Promise<boolean> {
  try {
    await askMember(address, { replSetStepDown: stepDownSeconds, secondaryCatchUpPeriodSecs: catchUpSeconds }, 10_000)
    return true
  } catch (error) {
    if (error instanceof MongoServerError && error.code === nobodyCaughtUp) return false
    throw error
  }
}

const inService = ['PRIMARY', 'SECONDARY']

async function areInService(primary: ClusterNode): Promise<boolean> {
  const { members } = await askMember(primary.address, { replSetGetStatus: 1 })
  return members.every(({ stateStr }: { stateStr: string }) => inService.includes(stateStr))
}

async function isPrimary(node: ClusterNode): Promise<boolean> {
  if (node.pid === undefined) return false
  // A member that says nothing, frozen or starting, is none.
  const answer = await askMember(node.address, { hello: 1 }, helloTimeoutMs).catch(() => undefined)
  return answer?.isWritablePrimary === true
}
