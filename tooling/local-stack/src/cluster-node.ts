import type { SupervisedProcess } from './supervised-process.ts'

/** One server of a cluster: it can go away in each way that a server does, and come back on its data. */
export interface ClusterNode {
  /** From 1 on. */
  readonly id: number
  /** `host:port` for clients; it stays the same over restarts. */
  readonly address: string
  readonly logFile: string
  /** The process of now; nothing while it is stopped or killed. */
  readonly pid: number | undefined
  /** Ends it in order; resolves when it is gone. Nothing happens where it has ended already. */
  stop(): Promise<void>
  /** Ends it with SIGKILL; resolves when it is gone. Nothing happens where it has ended already. */
  kill(): Promise<void>
  /** Starts it again on its data; resolves when it serves. Nothing happens where it runs. */
  start(): Promise<void>
  /** Freezes it with SIGSTOP: its connections stay open and say nothing. */
  pause(): void
  /** Lets it go on with SIGCONT. */
  resume(): void
}

/** What a node is made of. */
export interface ClusterNodeOptions {
  readonly id: number
  readonly address: string
  readonly logFile: string
  /** Starts its process on its data; resolves when it serves. */
  launch(): Promise<SupervisedProcess>
}

/** Makes a node; it does not run before `start`. */
export function createClusterNode({ launch, ...place }: ClusterNodeOptions): ClusterNode {
  let process: SupervisedProcess | undefined

  async function end(how: 'stop' | 'kill'): Promise<void> {
    const ending = process
    process = undefined
    // Frozen, it would hear of its end only at the deadline.
    if (how === 'stop') ending?.resume()
    await ending?.[how]()
  }

  return {
    ...place,
    get pid() {
      return process?.pid
    },
    stop: () => end('stop'),
    kill: () => end('kill'),
    async start() {
      process ??= await launch()
    },
    pause: () => process?.pause(),
    resume: () => process?.resume(),
  }
}

/** Runs work on all nodes at once and waits for all of it; throws the first failure then. */
export async function onAllNodes(
  nodes: readonly ClusterNode[],
  work: (node: ClusterNode) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(nodes.map(work))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
