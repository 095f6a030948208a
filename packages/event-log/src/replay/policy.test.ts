import type { ObservedGroup, ObservedMember } from '@house-helper/consumer'
import { expect, it } from 'vitest'
import { groupPolicy } from './policy.ts'

const member = (onReplay?: 'handle' | 'skip', type = 'task.created'): ObservedMember => ({
  ...{ id: 'm', clientId: 'c', host: 'h', partitions: [] },
  announcement:
    onReplay === undefined
      ? undefined
      : { protocol: 1, packages: {}, domains: {}, handles: [{ type, version: '1.0', onReplay }] },
})
const group = (...members: ObservedMember[]): ObservedGroup => ({
  ...{ groupId: 'points', state: 'stable', members, receives: [], partitions: [] },
})
const ofTask = (observed: ObservedGroup | undefined) =>
  groupPolicy('points', ['task.created'], observed).types[0]?.onReplay

it.each([
  ['handle', group(member('handle'), member('handle'))],
  ['skip', group(member('skip'))],
  ['ignore', group(member('handle', 'bill.paid'))],
  ['mixed', group(member('handle'), member('skip'))],
  ['unknown', group(member('handle'), member())],
  ['unknown', group()],
  ['unknown', undefined],
] as const)('says %s', (expected, observed) => {
  expect(ofTask(observed)).toBe(expected)
})

it('counts members, and those that said something, where the group could be asked', () => {
  expect(groupPolicy('points', [], group(member('skip'), member()))).toMatchObject({ members: 2, announced: 1 })
  expect(groupPolicy('points', [], undefined)).toEqual({ group: 'points', types: [] })
})
