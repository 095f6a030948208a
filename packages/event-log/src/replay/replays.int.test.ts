import { topicNames } from '@house-helper/events-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReplayStand, type ReplayStand } from '../../test/replay-stand.ts'
import { brokerOf, eventMessage, uniqueName, until } from '../../test/stand.ts'

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}-${n}`)

describe('replays', () => {
  let stand: ReplayStand
  let inbox: string
  let others: string
  beforeAll(async () => {
    stand = await createReplayStand({ groups: ['points', 'mail', 'slow', 'away', 'cut'], sandboxes: ['try'] })
    const names = topicNames(stand.transport.topicPrefix)
    inbox = names.inbox('points')
    others = names.inbox('mail')
    await stand.record(numbered('first', 40))
    await stand.record(numbered('second', 40), 1, { householdId: 'household-002' })
    await stand.record(['broken'], 2, { data: { taskId: 7 }, householdId: 'household-003' })
  })
  afterAll(() => stand.close())

  it('a plan pins what it would send, and says all that is known about it', async () => {
    const replays = stand.replays()
    const plan = await replays.plan({ filter: 'type:task.*', groups: ['points'], ratePerSecond: 81, by: 'ada' })
    expect(plan).toMatchObject({
      ...{ filter: 'type:task.*', by: 'ada', count: 81, sandbox: false, durationMs: 1_000 },
      types: [{ type: 'task.completed', count: 81 }],
      targets: [{ group: 'points', topic: inbox }],
      from: [
        { topic: stand.topic, partition: 0, generation: 1, offset: 0 },
        { topic: stand.topic, partition: 1, generation: 1, offset: 0 },
        { topic: stand.topic, partition: 2, generation: 1, offset: 0 },
      ],
      until: [{ offset: 40 }, { offset: 40 }, { offset: 1 }],
      contract: { judged: 81, ok: 80, broken: 1, examples: [{ id: 'broken', issues: [{ path: 'data.taskId' }] }] },
      groups: [{ group: 'points', types: [{ type: 'task.completed', onReplay: 'unknown' }], members: 0 }],
    })
    expect(plan.first).toEqual(new Date('2025-10-09T12:00:00Z'))
    expect(plan.sample).toHaveLength(5)
    expect(await replays.getPlan(plan.id)).toEqual(plan)
    expect(await stand.inbox(inbox)).toEqual([])
  })

  it('a run sends the recorded bytes, in the order of each key, to the group that is named and to no other', async () => {
    const run = await stand.replay(stand.replays(), {
      filter: 'household:household-001 id:first-7',
      groups: ['points'],
    })
    expect(run).toMatchObject({ state: 'done', sent: 1, total: 1, remainingMs: undefined })
    const [sent, ...more] = await stand.inbox(inbox)
    expect(more).toEqual([])
    const { key, value } = eventMessage('first-7')
    expect(sent?.original).toEqual({ key, value, headers: [] })
    expect(sent?.note).toMatchObject({
      ...{ kind: 'replay', groupId: 'points', replayRunId: run.id, attempts: 0 },
      origin: { topic: stand.topic, partition: 0, offset: 7 },
    })
    expect(await stand.inbox(others)).toEqual([])
    const again = await stand.replay(stand.replays(), { filter: 'type:task.completed', groups: ['points', 'mail'] })
    const ofRun = (await stand.inbox(inbox)).filter(({ note }) => note.replayRunId === again.id)
    expect(ofRun.map(({ id }) => id).filter((id) => id.startsWith('first'))).toEqual(numbered('first', 40))
    expect(ofRun.map(({ id }) => id).filter((id) => id.startsWith('second'))).toEqual(numbered('second', 40))
    expect(await stand.inbox(others)).toHaveLength(81)
  })

  it('a run to a sandbox reaches no inbox', async () => {
    const before = (await stand.inbox(inbox)).length
    await stand.replay(stand.replays(), { filter: 'id:first-1', groups: ['points'], sandbox: 'try' })
    const sandbox = await stand.inbox(`${stand.transport.topicPrefix}.sandbox.try`)
    expect(sandbox.map(({ id, note }) => [id, note.groupId, note.kind])).toEqual([['first-1', 'points', 'replay']])
    expect(await stand.inbox(inbox)).toHaveLength(before)
  })

  it('what is recorded after the plan is not in the run', async () => {
    const replays = stand.replays()
    const plan = await replays.plan({ filter: 'household:later', groups: ['points'] })
    await stand.record(['late'], 2, { householdId: 'later' })
    const { id } = await replays.run({ planId: plan.id }, uniqueName('key'))
    expect(await stand.reached(replays, id, ['done'])).toMatchObject({ total: 0, sent: 0 })
  })

  it('a run keeps to its rate, can be paused, goes on where it was, and shows how long it takes', async () => {
    const replays = stand.replays()
    const plan = await replays.plan({ filter: 'household:household-001', groups: ['slow'], ratePerSecond: 20 })
    const { id } = await replays.run({ planId: plan.id }, uniqueName('key'))
    const topic = topicNames(stand.transport.topicPrefix).inbox('slow')
    await until('some are sent', async () => ((await replays.get(id))?.sent ?? 0) > 4)
    expect((await replays.get(id))?.remainingMs).toBeGreaterThan(0)
    const paused = await replays.pause(id, { by: 'ada' })
    expect(paused).toMatchObject({ state: 'paused', perSecond: 0 })
    await until('its logger has let go', async () => !(await leaseOf(id)))
    const count = (await stand.inbox(topic)).length
    expect(count).toBeLessThan(40)
    await expect(replays.resume(id)).resolves.toMatchObject({ state: 'running' })
    const done = await stand.reached(replays, id, ['done'])
    expect((await stand.inbox(topic)).map(({ id: event }) => event)).toEqual(numbered('first', 40))
    expect((done.endedAt?.getTime() ?? 0) - (done.startedAt?.getTime() ?? 0)).toBeGreaterThan(1_000)
    expect(done.changes.map(({ to }) => to)).toEqual(['planned', 'running', 'paused', 'running', 'done'])
  })

  const leaseOf = async (id: string) =>
    (await stand.db.collection<{ _id: string; lease?: object }>('replays').findOne({ _id: id }))?.lease

  it('a run that was cancelled does not come back', async () => {
    const replays = stand.replays()
    const plan = await replays.plan({ filter: 'household:household-001', groups: ['slow'], ratePerSecond: 20 })
    const { id } = await replays.run({ planId: plan.id }, uniqueName('key'))
    await stand.reached(replays, id, ['running'])
    expect(await replays.cancel(id)).toMatchObject({ state: 'cancelled' })
    expect(await replays.cancel(id)).toMatchObject({ state: 'cancelled' })
    await expect(replays.resume(id)).rejects.toMatchObject({ code: 'LOG_REPLAY_CONFLICT' })
    expect(await replays.pause('nobody')).toBeUndefined()
  })

  it('a broker that is away holds a run up, with the reason, and costs nothing', async () => {
    const topic = topicNames(stand.transport.topicPrefix).inbox('away')
    const end = brokerOf(stand).faults.failAppends({ topic, outcome: 'unknown', written: true })
    const away = brokerOf(stand).faults.failAppends({ topic, outcome: 'not-sent', times: Number.POSITIVE_INFINITY })
    const replays = stand.replays()
    const plan = await replays.plan({ filter: 'type:task.completed', groups: ['away'], ratePerSecond: 300 })
    const { id } = await replays.run({ planId: plan.id }, uniqueName('key'))
    await until('it says why', async () => (await replays.get(id))?.reason?.code === 'UNREACHABLE')
    end()
    away()
    await stand.reached(replays, id, ['done'])
    const sent = (await stand.inbox(topic)).map(({ id: event }) => event)
    expect(sent).toHaveLength(new Set(sent).size)
    expect(sent).toHaveLength(plan.count)
    expect(sent.filter((event) => event.startsWith('first'))).toEqual(numbered('first', 40))
  })

  it('an event that is too large for the inbox stops its run, which names it and can be resumed', async () => {
    const topic = topicNames(stand.transport.topicPrefix).inbox('cut')
    const failing = { topic, outcome: 'not-sent', code: 'MESSAGE_TOO_LARGE', canRetry: false } as const
    const end = brokerOf(stand).faults.failAppends({ ...failing, times: Number.POSITIVE_INFINITY })
    const replays = stand.replays()
    const failed = await stand.replay(replays, { filter: 'id:first-3', groups: ['cut'] }, ['failed'])
    expect(failed).toMatchObject({ reason: { code: 'MESSAGE_TOO_LARGE' }, endedAt: expect.any(Date) })
    expect(failed.reason?.message).toContain(`${stand.topic}/0/3 is too large for ${topic}`)
    end()
    await replays.resume(failed.id)
    expect(await stand.reached(replays, failed.id, ['done'])).toMatchObject({ reason: undefined, sent: 1 })
    expect(await stand.inbox(topic)).toHaveLength(1)
  })

  it('two loggers send one run once, and one of them goes on where the other was closed', async () => {
    const [one, two] = [stand.replays(), stand.replays()]
    const plan = await one.plan({ filter: 'type:task.completed', groups: ['slow'], ratePerSecond: 100 })
    const { id } = await one.run({ planId: plan.id }, uniqueName('key'))
    await until('some are sent', async () => ((await two.get(id))?.sent ?? 0) > 10)
    await one.close()
    await stand.reached(two, id, ['done', 'failed'])
    const topic = topicNames(stand.transport.topicPrefix).inbox('slow')
    const sent = (await stand.inbox(topic)).filter(({ note }) => note.replayRunId === id).map(({ id: event }) => event)
    expect(sent).toHaveLength(plan.count)
    expect(new Set(sent).size).toBe(plan.count)
  })

  it.each([
    ['filter', { filter: '', groups: ['points'] }, ['filter']],
    ['filter', { filter: 'tipe:x', groups: ['points'] }, ['filter']],
    ['filter', { filter: 'status:dead', groups: ['points'] }, ['filter']],
    ['group without an inbox', { filter: 'id:x', groups: ['nobody'] }, ['groups', 0]],
    ['group that is no name', { filter: 'id:x', groups: ['no body'] }, ['groups', 0]],
    ['missing target', { filter: 'id:x' }, ['groups']],
    ['missing sandbox', { filter: 'id:x', sandbox: 'none' }, ['sandbox']],
    ['sandbox of another topic', { filter: 'id:x', sandbox: '../tasks' }, ['sandbox']],
    ['rate', { filter: 'id:x', groups: ['points'], ratePerSecond: 0 }, ['ratePerSecond']],
    ['operator', { filter: { id: { $ne: null } } as never, groups: ['points'] }, ['filter']],
    [
      'bound',
      { filter: 'id:x', groups: ['points'], until: [{ topic: 't', partition: 0, generation: 1, offset: 9 }] },
      ['until', 0],
    ],
  ])('refuses a wrong %s, naming the field: %j', async (_what, request, path) => {
    await expect(stand.replays().plan(request)).rejects.toMatchObject({
      code: 'LOG_REPLAY_REFUSED',
      details: { issues: [{ path }] },
    })
  })

  it('names the command that makes a group its inbox', async () => {
    const planned = stand.replays().plan({ filter: 'id:x', groups: ['nobody'] })
    await expect(planned).rejects.toThrow('hh-events topics apply --group nobody')
  })

  it('runs a plan once for each key, and refuses plans that are unknown or have expired', async () => {
    const replays = stand.replays({ planExpiryMs: 1 })
    const issues = [{ path: ['planId'], message: expect.stringContaining('plan') }]
    await expect(replays.run({ planId: 'none' }, 'key-1')).rejects.toMatchObject({ details: { issues } })
    const expired = await replays.plan({ filter: 'id:x', groups: ['points'] })
    await until('it has expired', () => Date.now() > expired.expiresAt.getTime())
    await expect(replays.run({ planId: expired.id }, 'key-2')).rejects.toMatchObject({ details: { issues } })
    await expect(replays.run({ planId: expired.id }, 'kéy')).rejects.toMatchObject({
      details: { issues: [{ path: ['Idempotency-Key'] }] },
    })
    const lasting = stand.replays()
    const plan = await lasting.plan({ filter: 'id:first-2', groups: ['points'] })
    const key = uniqueName('key')
    const runs = await Promise.all([1, 2, 3].map(() => lasting.run({ planId: plan.id }, key)))
    expect(new Set(runs.map(({ id }) => id)).size).toBe(1)
    await expect(lasting.run({ planId: plan.id, ratePerSecond: 7 }, key)).rejects.toMatchObject({
      code: 'LOG_REPLAY_CONFLICT',
    })
  })
})
