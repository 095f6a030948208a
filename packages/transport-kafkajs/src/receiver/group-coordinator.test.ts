import { TransportError } from '@house-helper/events-core'
import { toTransportError, type Wire } from '@house-helper/transport-kafka'
import { describe, expect, it } from 'vitest'
import { explain } from '../client/failure.ts'
import { type Broker, kafkajsInternals } from '../client/kafkajs-internals.ts'
import { createGroupCoordinator, type GroupCoordinator } from './group-coordinator.ts'

const NOT_COORDINATOR = 16
const UNKNOWN_MEMBER_ID = 25
const groupId = 'points-service'
const heartbeat = { groupId, memberId: 'me', groupGenerationId: 7 }

/** What a stub of a broker does with whatever it is asked; it writes down what that was. */
type Answer = (request: { readonly memberId?: string }) => Promise<unknown>

describe('the coordinator of a group', () => {
  it('is asked where it is by now, when the broker of before has gone', async () => {
    const { coordinator, asked, beats } = newCoordinator([gone, answering])
    await coordinator.heartbeat(heartbeat)
    await coordinator.heartbeat(heartbeat)
    await coordinator.heartbeat(heartbeat)
    expect(asked).toEqual(['broker 0', 'broker 1', 'broker 1'])
    expect(beats).toEqual(['failed', 'answered', 'answered'])
  })

  it('is looked for again when a broker says that it is another', async () => {
    const { coordinator, asked } = newCoordinator([refusing(NOT_COORDINATOR), answering])
    await coordinator.heartbeat(heartbeat)
    await coordinator.heartbeat(heartbeat)
    expect(asked).toEqual(['broker 0', 'broker 1'])
  })

  it('tells kafkajs that a membership is over, and of no other failed heartbeat', async () => {
    const { coordinator } = newCoordinator([gone, refusing(UNKNOWN_MEMBER_ID)])
    await expect(coordinator.heartbeat(heartbeat)).resolves.toBeUndefined()
    await expect(coordinator.heartbeat(heartbeat)).rejects.toMatchObject({ type: 'UNKNOWN_MEMBER_ID' })
  })

  it('lets a member in as soon as there is one, however often there was none', async () => {
    const { coordinator, asked, joined } = newCoordinator([gone, gone, gone, letting])
    await coordinator.joinGroup({ memberId: 'me' })
    expect(asked).toEqual(['broker 0', 'broker 1', 'broker 2', 'broker 3'])
    expect(joined).toEqual([{ memberId: 'me', generationId: 8 }])
  })

  it('lets a member that starts over in under its former id, so that nobody waits for that one', async () => {
    const { coordinator, joined } = newCoordinator([letting], 'former')
    await coordinator.joinGroup({ memberId: '' })
    expect(joined).toEqual([{ memberId: 'former', generationId: 8 }])
  })

  it('lets it in as a new member where it does not know the former id', async () => {
    const knowsNobody: Answer = async (request) => {
      if (request.memberId) throw kafkajsInternals().createErrorFromCode(UNKNOWN_MEMBER_ID)
      return { memberId: 'new', generationId: 8 }
    }
    const { coordinator, joined } = newCoordinator([knowsNobody], 'former')
    await coordinator.joinGroup({ memberId: '' })
    expect(joined).toEqual([{ memberId: 'new', generationId: 8 }])
  })

  it('has kafkajs join again when it goes away between join and sync', async () => {
    const { coordinator } = newCoordinator([gone])
    await expect(coordinator.syncGroup({ groupId })).rejects.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' })
  })
})

/** A coordinator that is on another broker each time that it is looked for; the last one stays. */
function newCoordinator(answers: readonly Answer[], former?: string) {
  const asked: string[] = []
  const beats: string[] = []
  const joined: object[] = []
  let found = -1
  const wire = {
    once: async () => ({ coordinator: { nodeId: Math.min(++found, answers.length - 1) } }),
    errorOf: (error: unknown) => toTransportError(error, { brokers: ['kafka:9092'], tls: false, groupId }, explain),
  } as unknown as Wire
  const findBroker = async ({ nodeId }: { nodeId: number | string }): Promise<Broker> => {
    const answer = async (request: object): Promise<unknown> => {
      asked.push(`broker ${nodeId}`)
      return await answers[Number(nodeId)]?.(request)
    }
    const methods = { joinGroup: answer, syncGroup: answer, heartbeat: answer, connectionPool: { pool: [] } }
    return methods as unknown as Broker
  }
  const coordinator: GroupCoordinator = createGroupCoordinator({
    ...{ groupId, sessionTimeoutMs: 10_000, wire },
    cluster: { findBroker },
    hooks: {
      beforeJoin: async () => {},
      formerMemberId: () => former,
      joined: (membership) => joined.push(membership),
      heartbeat: (_, error) => beats.push(error === undefined ? 'answered' : 'failed'),
    },
  })
  return { coordinator, asked, beats, joined }
}

const gone: Answer = async () => {
  throw new TransportError('UNREACHABLE', 'connect ECONNREFUSED', { canRetry: true })
}

const answering: Answer = async () => ({ errorCode: 0 })

const letting: Answer = async ({ memberId }) => ({ memberId, generationId: 8 })

function refusing(code: number): Answer {
  return async () => {
    throw kafkajsInternals().createErrorFromCode(code)
  }
}
