import type { Socket } from 'node:net'
import type { FaultState } from './fault.ts'
import { messageCutter } from './messages.ts'
import type { Protocol } from './protocol.ts'

/** The two sockets of one connection, and what a fault may do to them. */
export interface Connection {
  /** The fault that swallows this connection, if one does. */
  readonly swallowedBy: FaultState | undefined
  cut(): void
}

/** Chooses the fault for a request, or none. */
export type ChooseFault = (request: string, message: Buffer) => FaultState | undefined

/** Joins a client's socket and a server's, message by message. */
export function joinSockets(client: Socket, server: Socket, protocol: Protocol, choose: ChooseFault): Connection {
  // Answers come in the order of the requests: the first waiting entry is the next answer's.
  const waiting: (FaultState | undefined)[] = []
  let swallowedBy: FaultState | undefined
  let asking = Promise.resolve()
  let passing = Promise.resolve()

  const cut = (): void => {
    client.destroy()
    server.destroy()
  }
  const request = (message: Buffer): void => {
    const fault = choose(protocol.requestName(message), message)
    if (fault?.fault.kind === 'blackhole') swallowedBy = fault
    if (fault?.fault.kind === 'cut-before') cut()
    else if (swallowedBy === undefined) {
      waiting.push(fault)
      if (fault?.fault.kind === 'hold-before') asking = asking.then(() => fault.hold())
      asking = asking.then(() => pass(message, client, server))
    }
  }
  const answer = (message: Buffer): void => {
    const fault = waiting.shift()
    if (swallowedBy !== undefined) return
    if (fault?.fault.kind === 'cut-after') {
      cut()
      return
    }
    if (fault?.fault.kind === 'delay') passing = passing.then(() => delay(fault.fault.delayMs ?? 0))
    if (fault?.fault.kind === 'hold-after') passing = passing.then(() => fault.hold())
    passing = passing.then(() => pass(message, server, client))
  }
  carry(client, protocol, request, cut)
  carry(server, protocol, answer, cut)
  return {
    get swallowedBy() {
      return swallowedBy
    },
    cut,
  }
}

function carry(from: Socket, protocol: Protocol, onMessage: (message: Buffer) => void, cut: () => void): void {
  const cutter = messageCutter(protocol)
  from.setNoDelay(true)
  from.on('data', (chunk: Buffer) => {
    for (const message of cutter.push(chunk)) if (!from.destroyed) onMessage(message)
  })
  // Whatever ends one side ends the other: a proxy in between must not keep a dead connection half alive.
  from.on('error', cut)
  from.on('close', cut)
}

function pass(message: Buffer, from: Socket, to: Socket): void {
  if (to.destroyed) return
  if (!to.write(message)) {
    from.pause()
    to.once('drain', () => from.resume())
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
