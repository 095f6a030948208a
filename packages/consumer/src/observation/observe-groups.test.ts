import { type Transport, TransportError } from '@house-helper/events-core'
import { expect, it } from 'vitest'
import { until } from '../../test/condition.ts'
import { createTopic, message } from '../../test/household.ts'
import { memoryStage, onChores } from '../../test/stage.ts'
import { observeGroups } from './observe-groups.ts'

const stage = memoryStage()

/** A member that is no subscriber of ours; the stage's transport closes it. */
async function receiverOf(groupId: string, topics: readonly string[]): Promise<void> {
  await stage.transport.receiver({ groupId, topics }).start({
    ...{ assigned: async () => [], rebalancing: async () => {}, suspend: () => {}, thaw: () => {}, lost: () => {} },
    ...{ batch: () => 0, fatal: () => {} },
  })
}

it('shows members with what they announce, and how far each partition is', async () => {
  await stage.sendToFirst([message(), message()])
  const on = [onChores({ 'chore.started': { handle: () => {}, onReplay: 'skip' } })]
  await stage.subscriberOn({ on }).start()
  await until('the commit', async () => (await stage.committed())?.offset === 2)
  await stage.sendToFirst([message()])
  const { groups, hidden } = await observeGroups(stage.transport)
  expect(hidden).toEqual([])
  expect(groups).toMatchObject([
    {
      ...{ groupId: 'helpers', state: 'stable', receives: [stage.topic] },
      members: [
        {
          announcement: {
            packages: { '@house-helper/consumer': expect.stringMatching(/^\d/) },
            handles: [{ type: 'chore.started', version: '1.0', onReplay: 'skip' }],
          },
        },
      ],
      partitions: [
        { topic: stage.topic, partition: 0, low: 0, high: 3, committed: 2, progress: { done: [] }, lag: 1 },
        { partition: 1, high: 0, committed: undefined, lag: 0 },
        { partition: 2, lag: 0 },
      ],
    },
  ])
  expect(groups[0]?.members[0]?.partitions).toHaveLength(3)
})

it('counts the lag of a group without members, and does not claim to know what it receives', async () => {
  await stage.sendToFirst([message(), message(), message()])
  await stage.commitAs(1, 'theirs')
  const { groups } = await observeGroups(stage.transport)
  expect(groups).toMatchObject([{ groupId: 'helpers', state: 'empty', members: [], receives: undefined }])
  expect(groups[0]?.partitions[0]).toMatchObject({ committed: 1, progress: undefined, lag: 2 })
})

it('leaves out groups of other topics, unless it is asked for them', async () => {
  await stage.transport.admin.createTopics([{ name: 'other', partitions: 1, replicationFactor: 1, config: {} }])
  await receiverOf('strangers', ['other'])
  expect((await observeGroups(stage.transport)).groups).toEqual([])
  const { groups } = await observeGroups(stage.transport, { groupIds: ['strangers', 'nobody'] })
  expect(groups).toMatchObject([
    { groupId: 'nobody', state: 'unknown', partitions: [] },
    { groupId: 'strangers', state: 'stable', receives: [], members: [{ partitions: [], announcement: undefined }] },
  ])
})

it("counts a group's own inbox, and nobody else's", async () => {
  const own = await createTopic(stage.transport, 'inbox.helpers', 1)
  await createTopic(stage.transport, 'inbox.others', 1)
  await receiverOf('helpers', [stage.topic, own, 'house-helper.inbox.others'])
  const { groups } = await observeGroups(stage.transport)
  expect(groups[0]?.receives).toEqual([stage.topic, own])
  expect(new Set(groups[0]?.partitions.map(({ topic }) => topic))).toEqual(new Set([stage.topic, own]))
})

it('names a group that it may not see, and shows the others', async () => {
  await stage.commitAs(0, '')
  const { admin, topicPrefix } = stage.transport
  const describeGroup: Transport['admin']['describeGroup'] = async (groupId) => {
    if (groupId === 'secret') throw new TransportError('NOT_AUTHORIZED', 'You lack the ACL Describe on Group:secret.')
    return await admin.describeGroup(groupId)
  }
  const limited = { topicPrefix, admin: { ...admin, describeGroup, groupIds: async () => ['helpers', 'secret'] } }
  expect(await observeGroups(limited)).toMatchObject({
    groups: [{ groupId: 'helpers' }],
    hidden: [{ groupId: 'secret', problem: { code: 'NOT_AUTHORIZED', message: expect.stringContaining('Describe') } }],
  })
})
