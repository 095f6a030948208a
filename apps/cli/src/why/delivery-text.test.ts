import { describe, expect, it } from 'vitest'
import type { LoggedDelivery } from './delivery-client.ts'
import { deliveryText } from './delivery-text.ts'

const base: LoggedDelivery = { group: 'points', state: 'passed', replays: [], inbox: [], inboxRead: true }
const failure = { code: 'HANDLER_FAILED', message: 'The handler threw Error: no such task' }
const deadLetter = { id: 'd-1', state: 'open', count: 1, lastTime: '12:00', attempts: 5, lastFailure: failure }
const retry = { kind: 'retry', notBefore: '12:05' }

function textOf(delivery: Partial<LoggedDelivery>): string {
  return deliveryText({ ...base, ...delivery }, 'task.completed').join(' ')
}

describe('deliveryText', () => {
  it.each<[Partial<LoggedDelivery>, string]>([
    [{}, 'points: past it. What came of it there is not known.'],
    [{ handles: true }, 'points: past it. Its members handle this type; what came of it, only they know.'],
    [{ handles: false }, 'points: past it. Its members say that they do not handle task.completed.'],
    [{ state: 'waiting', before: 12, members: 2 }, 'points: not past it yet; 12 messages of its partition come first.'],
    [
      { state: 'waiting', before: 0, members: 0 },
      'points: not past it yet; it is the next of its partition. The group has no members now: start its service.',
    ],
    [
      { state: 'retrying', attempts: 3, before: 1 },
      'points: it fails and is tried again after 3 attempts; events of the same key wait. 1 uncommitted message of its partition come before it.',
    ],
    [
      { state: 'retrying', attempts: 1, inbox: [retry] },
      'points: it failed after 1 attempt, and is tried again from 12:05 on.',
    ],
    [
      { state: 'dead', deadLetter },
      'points: gave it up at 12:00 after 5 attempts: HANDLER_FAILED: The handler threw Error: no such task. (Dead letter d-1.) Correct what failed. Then: hh-events dead redrive d-1',
    ],
    [{ state: 'dead', deadLetter: { ...deadLetter, count: 3 } }, ' after 5 attempts, for the 3. time: HANDLER_FAILED'],
    [
      { state: 'dead', deadLetter: { ...deadLetter, state: 'discarded' } },
      'It was discarded since: nobody tries it again.',
    ],
    [
      { state: 'dead', deadLetter: { ...deadLetter, unreadable: { message: 'Its headers are broken.' } } },
      'It cannot be redriven: Its headers are broken. To close it: hh-events dead discard d-1',
    ],
    [{ state: 'redriven', deadLetter, redrivePassed: true }, 'It was sent again since, and the group is past that.'],
    [
      { state: 'redriven', deadLetter, redrivePassed: false, members: 0 },
      'It was sent again since, and waits in the inbox of the group. The group has no members now: start its service.',
    ],
    [{ state: 'redriven', deadLetter }, 'whether the group is past that is not known.'],
    [
      { state: 'replayed', inbox: [{ kind: 'replay', replayRunId: 'r-1' }] },
      'points: the replay run r-1 has sent it again; that waits in its inbox.',
    ],
    [
      { state: 'replayed', replays: [{ runId: 'r-1', startedAt: '12:00' }] },
      'points: the replay run r-1 has sent it again, and it is past that.',
    ],
    [{ inboxRead: false }, 'Not all of its inbox was read: more for this event may wait there.'],
  ])('says of %j: %s', (delivery, text) => {
    expect(textOf(delivery)).toContain(text)
  })

  it.each([
    ['REJECTED', 'Its handler refuses it'],
    ['CONTRACT_BROKEN', 'Its data breaks the contract'],
    ['VERSION_TOO_NEW', 'update its domain package'],
    ['PROCESS_DIED', 'The process died each time'],
    ['EVENT_ID_CONFLICT', 'Another event has the same id'],
  ])('says what to do about %s', (code, text) => {
    expect(textOf({ state: 'dead', deadLetter: { ...deadLetter, lastFailure: { ...failure, code } } })).toContain(text)
  })

  it.each(['hidden', 'other-log', 'gone', 'not-received', 'something new'])(
    'says why nothing is known: %s',
    (reason) => {
      expect(textOf({ state: 'unknown', reason })).toMatch(/^points: not known\. .+\.$/)
    },
  )
})
