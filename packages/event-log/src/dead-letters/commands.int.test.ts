import { decodeDelivery, TransportError } from '@house-helper/events-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createDeadLetterStand,
  type DeadLetterStand,
  deadLetterMessage,
  deadNote,
  originalHeaders,
} from '../../test/dead-letter-stand.ts'
import { eventMessage } from '../../test/stand.ts'
import type { DeadLetterSummary, RedriveCommand } from './index.ts'

describe('commands on dead letters', () => {
  let stand: DeadLetterStand
  beforeEach(async () => {
    stand = await createDeadLetterStand(['points', 'mail'])
    stand.indexer()
  })
  afterEach(() => stand.close())

  const all = async () => (await stand.letters.list({ limit: 500 })).items.toReversed()
  const statesOf = (letters: readonly DeadLetterSummary[]) => letters.map(({ event, state }) => `${event?.id} ${state}`)
  const give = async (group: string, count: number, changes: Record<string, unknown> = {}) => {
    await stand.append(
      group,
      Array.from({ length: count }, (_, n) => deadLetterMessage(deadNote(group, n), `${group}-${n}`, changes)),
    )
    await stand.indexed(group, count)
  }
  const inboxIds = async (group: string) =>
    (await stand.inbox(group)).map(({ value }) => JSON.parse(Buffer.from(value ?? []).toString()).id)

  it('redrive sends the original message to the group that gave up, and to no other', async () => {
    await give('points', 1)
    await give('mail', 1)
    const [{ id = '' } = {}] = (await stand.letters.list({ group: 'points' })).items
    const result = await stand.letters.redrive({ ids: [id], by: 'ada' })
    expect(result).toEqual({
      matched: 1,
      changed: 1,
      skipped: [],
      sample: [],
      problem: undefined,
      next: undefined,
    })
    const [sent, ...others] = await stand.inbox('points')
    expect(others).toEqual([])
    const { key, value } = eventMessage('points-0')
    const { origin } = deadNote('points', 0)
    expect(decodeDelivery({ headers: [], ...sent } as never)).toMatchObject({
      ok: true,
      note: { kind: 'redrive', groupId: 'points', origin, attempts: 0, retries: 0, redriveId: `${id}-1` },
      original: { key, value, headers: originalHeaders },
    })
    expect(await stand.inbox('mail')).toEqual([])
    expect(await stand.letters.get(id)).toMatchObject({
      state: 'redriven',
      changes: [
        { to: 'redriven', by: 'ada', redriveId: `${id}-1`, inbox: { topic: 'house-helper.inbox.points', offset: 0 } },
      ],
    })
  })

  it('redrive sends nothing the second time, and says why', async () => {
    await give('points', 2)
    const ids = (await all()).map(({ id }) => id)
    await stand.letters.redrive({ ids })
    const again = await stand.letters.redrive({ ids: [...ids, 'nobody'] })
    expect(again).toMatchObject({ matched: 0, changed: 0 })
    expect(again.skipped.map(({ reason }) => reason).toSorted()).toEqual(['not-found', 'redriven', 'redriven'])
    expect(await stand.letters.redrive({ filter: { group: 'points' } })).toMatchObject({ matched: 0, changed: 0 })
    expect(await inboxIds('points')).toEqual(['points-0', 'points-1'])
  })

  it('redrive keeps the order of a key, in one call and over several', async () => {
    await give('points', 130)
    const expected = Array.from({ length: 130 }, (_, n) => `points-${n}`)
    const filter = { group: 'points' }
    const first = await stand.letters.redrive({ filter, limit: 70, ratePerSecond: 10_000 })
    expect(first).toMatchObject({ matched: 130, changed: 70 })
    const second = await stand.letters.redrive({ filter, cursor: first.next, ratePerSecond: 10_000 })
    expect(second).toMatchObject({ matched: 60, changed: 60, next: undefined })
    expect(await inboxIds('points')).toEqual(expected)
  })

  it('redrive takes what its filter names and nothing else', async () => {
    await stand.append('points', [
      deadLetterMessage(deadNote('points', 1), 'other-type', { type: 'task.created' }),
      deadLetterMessage(deadNote('points', 2), 'other-subject', { householdId: 'household-002' }),
      deadLetterMessage(deadNote('points', 3, { fingerprint: 'f-2' }), 'other-error'),
      deadLetterMessage(deadNote('points', 4), 'wanted'),
    ])
    await stand.indexed('points', 4)
    await give('mail', 1)
    const filter = { group: 'points', type: 'task.completed', subject: 'household-001', fingerprint: 'f-1' }
    const outside = await stand.letters.redrive({ filter: { ...filter, until: '2020-01-01T00:00:00Z' } })
    expect(outside.matched).toBe(0)
    expect(await stand.letters.redrive({ filter: { ...filter, since: '2020-01-01T00:00:00Z' } })).toMatchObject({
      changed: 1,
    })
    expect(await inboxIds('points')).toEqual(['wanted'])
  })

  it('a dry run counts, shows the oldest, and changes nothing', async () => {
    await give('points', 7)
    for (const command of [stand.letters.redrive, stand.letters.discard]) {
      const result = await command({ filter: { group: 'points' }, dryRun: true })
      expect(result).toMatchObject({ matched: 7, changed: 0, next: undefined })
      expect(result.sample.map(({ event }) => event?.id)).toEqual([0, 1, 2, 3, 4].map((n) => `points-${n}`))
    }
    expect(new Set((await all()).map(({ state }) => state))).toEqual(new Set(['open']))
    expect(await stand.inbox('points')).toEqual([])
  })

  it('redrive keeps to its rate, over several calls too', async () => {
    await give('points', 10)
    const commands = stand.commands({ workMs: 150 })
    const startedMs = performance.now()
    let calls = 0
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const result = await commands.redrive({ filter: { group: 'points' }, ratePerSecond: 20, cursor })
      cursor = result.next
      calls++
    }
    // Ten of twenty a second take half a second, in steps of two and calls of 150 ms.
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(490)
    expect(calls).toBeGreaterThan(1)
    expect(await stand.inbox('points')).toHaveLength(10)
  })

  it('two commands at the same time send each dead letter once', async () => {
    await give('points', 120)
    const command: RedriveCommand = { filter: { group: 'points' }, ratePerSecond: 10_000 }
    const others = stand.commands()
    const results = await Promise.all([
      stand.letters.redrive(command),
      others.redrive(command),
      stand.letters.redrive(command),
    ])
    expect(results.reduce((sum, { changed }) => sum + changed, 0)).toBe(120)
    expect(await inboxIds('points')).toHaveLength(120)
    await others.close()
  })

  it('what another command has claimed is busy, until the claim has run out', async () => {
    await give('points', 1)
    const [{ id = '' } = {}] = await all()
    const claim = async (ms: number) => {
      const held = { token: 'of a logger that was killed', until: new Date(Date.now() + ms), count: 1 }
      await stand.db.collection<{ _id: string }>('deadLetters').updateOne({ _id: id }, { $set: { claim: held } })
    }
    await claim(60_000)
    const busy = { matched: 0, changed: 0, skipped: [{ id, reason: 'busy' }] }
    expect(await stand.letters.redrive({ ids: [id] })).toMatchObject(busy)
    expect(await stand.letters.discard({ ids: [id] })).toMatchObject(busy)
    await claim(-1)
    expect(await stand.letters.redrive({ ids: [id] })).toMatchObject({ changed: 1, skipped: [] })
    expect(await stand.inbox('points')).toHaveLength(1)
  })

  it('a dead letter that its group gives up again is open again, and its next redrive is another one', async () => {
    await give('points', 1)
    const [{ id = '' } = {}] = await all()
    await stand.letters.redrive({ ids: [id], by: 'ada' })
    const note = deadNote('points', 0, { kind: 'redrive', redriveId: `${id}-1` })
    await stand.append('points', [deadLetterMessage(note, 'points-0')])
    await stand.indexed('points', 2)
    expect(await stand.letters.get(id)).toMatchObject({
      state: 'open',
      count: 2,
      changes: [{ to: 'redriven' }, { to: 'open', by: 'group' }],
    })
    await stand.letters.redrive({ ids: [id] })
    const redrives = (await stand.inbox('points')).map((sent) => decodeDelivery({ headers: [], ...sent } as never))
    expect(redrives.map((one) => one.ok && one.note.redriveId)).toEqual([`${id}-1`, `${id}-2`])
  })

  it('a dead letter that is given up again before its redrive is settled stays open', async () => {
    await give('points', 1)
    const { sender, ...rest } = stand.transport
    const note = deadNote('points', 0, { kind: 'redrive' })
    const commands = stand.commands({
      transport: {
        ...rest,
        sender: {
          async append(batch, options) {
            const sent = await sender.append(batch, options)
            await stand.append('points', [deadLetterMessage(note, 'points-0')])
            await stand.indexed('points', 2)
            return sent
          },
        },
      },
    })
    expect(await commands.redrive({ filter: { group: 'points' } })).toMatchObject({ changed: 1 })
    expect(await all()).toMatchObject([{ state: 'open', count: 2, changes: [{ to: 'redriven' }] }])
    await commands.close()
  })

  it('a redrive whose answer is lost is sent again under the same id', async () => {
    await give('points', 1)
    const { sender, ...rest } = stand.transport
    const lossy = {
      async append(...args: Parameters<typeof sender.append>): Promise<never> {
        await sender.append(...args)
        throw new TransportError('PROTOCOL', 'The answer was lost.', { outcome: 'unknown' })
      },
    }
    const failing = stand.commands({ transport: { ...rest, sender: lossy } })
    const filter = { group: 'points' }
    expect(await failing.redrive({ filter })).toMatchObject({ changed: 0, problem: { code: 'PROTOCOL' } })
    expect(await stand.letters.redrive({ filter })).toMatchObject({ changed: 1 })
    const sent = (await stand.inbox('points')).map((one) => decodeDelivery({ headers: [], ...one } as never))
    const [id] = (await all()).map((letter) => letter.id)
    expect(sent.map((one) => one.ok && one.note.redriveId)).toEqual([`${id}-1`, `${id}-1`])
  })

  it('what the inbox topic does not take is left alone, and its neighbours are sent', async () => {
    await give('points', 3)
    const { sender, ...rest } = stand.transport
    const picky: typeof sender = {
      async append(batch, options) {
        const isTooLarge = batch.messages.length > 1 || String(batch.messages[0]?.value).includes('points-1')
        if (isTooLarge) throw new TransportError('MESSAGE_TOO_LARGE', 'Too large.', { outcome: 'not-sent' })
        return await sender.append(batch, options)
      },
    }
    const commands = stand.commands({ transport: { ...rest, sender: picky } })
    const [, { id = '' } = {}] = await all()
    const result = await commands.redrive({ filter: { group: 'points' } })
    expect(result).toMatchObject({ matched: 3, changed: 2, skipped: [{ id, reason: 'too-large' }], problem: undefined })
    expect(statesOf(await all())).toEqual(['points-0 redriven', 'points-1 open', 'points-2 redriven'])
    expect(await inboxIds('points')).toEqual(['points-0', 'points-2'])
  })

  it('brokers that are away stop a redrive with the reason, and nothing is said to be redriven', async () => {
    await give('points', 2)
    await give('mail', 2)
    const { sender: _, ...rest } = stand.transport
    const tried: string[] = []
    const away = {
      async append({ topic }: { readonly topic: string }): Promise<never> {
        tried.push(topic)
        throw new TransportError('UNREACHABLE', 'No broker answers.', { outcome: 'not-sent' })
      },
    }
    const commands = stand.commands({ transport: { ...rest, sender: away } })
    const { changed, problem, next } = await commands.redrive({ filter: { type: 'task.completed' } })
    expect({ changed, code: problem?.code, next }).toEqual({ changed: 0, code: 'UNREACHABLE', next: undefined })
    expect(tried).toHaveLength(1)
    expect(await stand.letters.redrive({ filter: { type: 'task.completed' } })).toMatchObject({ changed: 4 })
  })

  it('redrive of a group without an inbox topic says what to create, and leaves it open', async () => {
    const { admin } = stand.transport
    const dead = { name: 'house-helper.dead.bare', partitions: 1, replicationFactor: 1, config: {} }
    await admin.createTopics([dead])
    await give('bare', 1)
    const { problem } = await stand.letters.redrive({ filter: { group: 'bare' } })
    expect(problem).toMatchObject({
      code: 'TOPIC_MISSING',
      message: expect.stringContaining('hh-events topics apply --group bare'),
    })
    expect(statesOf(await all())).toEqual(['bare-0 open'])
    expect(await stand.letters.discard({ filter: { group: 'bare' } })).toMatchObject({ changed: 1 })
  })

  it('what cannot be read can be discarded and not redriven', async () => {
    await stand.append('points', [{ key: null, value: Buffer.from('?') }])
    await stand.indexed('points', 1)
    const [{ id = '' } = {}] = await all()
    expect(await stand.letters.redrive({ ids: [id] })).toMatchObject({
      changed: 0,
      skipped: [{ id, reason: 'unreadable' }],
    })
    expect(await stand.letters.redrive({ filter: { group: 'points' } })).toMatchObject({ matched: 0 })
    expect(await stand.letters.discard({ ids: [id], by: 'ada' })).toMatchObject({ changed: 1 })
    expect(await stand.letters.get(id)).toMatchObject({ state: 'discarded', changes: [{ to: 'discarded', by: 'ada' }] })
  })

  it('discarded is for good: it is not redriven, also when its group gives up on it once more', async () => {
    await give('points', 1)
    await stand.letters.discard({ filter: { group: 'points' } })
    await stand.append('points', [deadLetterMessage(deadNote('points', 0), 'points-0')])
    await stand.indexed('points', 2)
    const [{ id = '' } = {}] = await all()
    expect(await stand.letters.redrive({ ids: [id] })).toMatchObject({ skipped: [{ id, reason: 'discarded' }] })
    expect(await all()).toMatchObject([{ state: 'discarded', count: 2 }])
  })

  it.each([
    ['ids and a filter', { ids: ['a'], filter: { group: 'points' } }],
    ['neither', {}],
    ['an empty filter', { filter: {} }],
    ['an operator', { filter: { group: { $ne: null } } }],
    ['no rate', { filter: { group: 'points' }, ratePerSecond: 0 }],
    ['too many ids', { ids: Array.from({ length: 501 }, String) }],
  ])('refuse %s', async (_what, command) => {
    await expect(stand.letters.redrive(command as RedriveCommand)).rejects.toMatchObject({ code: 'LOG_QUERY_INVALID' })
  })

  it('refuse a cursor of another command', async () => {
    await give('points', 2)
    const { next } = await stand.letters.discard({ filter: { group: 'points' }, limit: 1 })
    const other = stand.letters.redrive({ filter: { group: 'mail' }, cursor: next })
    await expect(other).rejects.toMatchObject({ code: 'LOG_CURSOR_INVALID' })
  })
})
