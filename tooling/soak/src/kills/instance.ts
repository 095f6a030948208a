import { createFaultProxy, type FaultProxy, mongoProtocol } from '@house-helper/fault-proxy'
import { handlingProgram } from '../handling/program.ts'
import type { Program } from '../program.ts'
import type { SoakStack } from '../stack.ts'
import { briefLogger, type Stand } from '../stand.ts'
import { faultOf, handlerPoints, type KillPoint, loggerPoints } from './points.ts'

/** The programs that are killed; `brief logger` is the event logger with a session of 3 s. */
export type Kind = 'logger' | 'brief logger' | 'handler'

/** The points at which programs of a kind are killed. */
export const pointsOf: Readonly<Record<Kind, readonly KillPoint[]>> = {
  logger: loggerPoints,
  'brief logger': loggerPoints,
  handler: handlerPoints,
}

/** An instance is one process of the program under test, told apart on the wire by its client id and a proxy of its own. */
export interface Instance {
  readonly program: Program
  readonly clientId: string
  readonly mongoProxy: FaultProxy
}

/** Short, so that a handler that is gone is noticed soon; the event logger has its own. */
const HANDLER_SESSION_MS = 3_000

/** Starts an instance; it need not have joined its group yet. */
export async function startInstance(kind: Kind, stack: SoakStack, stand: Stand): Promise<Instance> {
  const mongoProxy = await createFaultProxy({
    protocol: mongoProtocol,
    targetPort: Number(new URL(stack.mongodbUri).port),
  })
  const clientId = `${stand.name}-n${stand.programs.length}n`
  const env = { KAFKA_CLIENT_ID: clientId, MONGODB_URI: `mongodb://${mongoProxy.address}/?directConnection=true` }
  const program = startProgram(kind, stand, env)
  return { program, clientId, mongoProxy }
}

function startProgram(kind: Kind, stand: Stand, env: Readonly<Record<string, string>>): Program {
  if (kind === 'logger') return stand.startLogger(env)
  if (kind === 'brief logger') return stand.startLogger(env, briefLogger)
  return stand.startHandler({ ...env, SESSION_TIMEOUT_MS: `${HANDLER_SESSION_MS}` }, handlingProgram)
}

/** Lets the instance come to a point and stay there; a few of the same requests may pass first. */
export function holdAt(point: KillPoint, { clientId, mongoProxy }: Instance, stack: SoakStack, random: () => number) {
  const proxy = point.server === 'kafka' ? stack.kafkaProxy : mongoProxy
  return proxy.inject(faultOf(point, clientId, Math.floor(random() * (point.maxSkip + 1))))
}
