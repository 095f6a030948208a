import type { Standing } from '@house-helper/consumer'
import { describe, expect, it } from 'vitest'
import type { DeadLetterSummary } from '../dead-letters/dead-letter.ts'
import type { InboxDelivery } from './delivery.ts'
import { deliveryState, type Evidence } from './delivery-state.ts'

const replay = { runId: 'r-1', startedAt: new Date('2026-01-02T00:00:00Z') }
const passed: Standing = { state: 'passed' }
const nothing: Evidence = {
  ...{ standing: undefined, sameLog: true, isReceived: true, letter: undefined, redrivePassed: undefined, inbox: [] },
  replays: [],
}

function letter(state: DeadLetterSummary['state']): DeadLetterSummary {
  const time = new Date('2026-01-01T00:00:00Z')
  return {
    ...{ id: 'l', group: 'g', state, count: 1, time, lastTime: time, event: undefined, subject: undefined },
    ...{ note: undefined, fingerprint: 'f', unreadable: undefined, size: 1, changes: [], places: [], indexedAt: time },
  }
}

function sent(kind: InboxDelivery['kind'], attempts = 0): InboxDelivery {
  const place = { topic: 'house-helper.inbox.g', partition: 0, offset: 7 }
  return { kind, attempts, notBefore: undefined, replayRunId: undefined, ...place }
}

describe('deliveryState', () => {
  it.each<[string, Partial<Evidence>, object]>([
    ['is committed beyond it', { standing: passed }, { state: 'passed' }],
    ['has not come to it', { standing: { state: 'waiting' } }, { state: 'waiting' }],
    [
      'has members that do not say what they receive',
      { standing: { state: 'waiting' }, isReceived: undefined },
      { state: 'waiting' },
    ],
    ['tries it', { standing: { state: 'retrying', attempts: 3, running: true } }, { state: 'retrying', attempts: 3 }],
    [
      'has it in the inbox, to be tried later',
      { standing: passed, inbox: [sent('retry', 5)] },
      { state: 'retrying', attempts: 5 },
    ],
    ['gave it up', { standing: passed, letter: letter('open') }, { state: 'dead' }],
    ['gave it up for good', { standing: passed, letter: letter('discarded') }, { state: 'dead' }],
    ['was sent it again', { standing: passed, letter: letter('redriven') }, { state: 'redriven' }],
    [
      'has the redrive before it',
      { standing: passed, letter: letter('redriven'), inbox: [sent('redrive')] },
      { state: 'redriven' },
    ],
    [
      'fails the redrive',
      { standing: passed, letter: letter('redriven'), inbox: [sent('redrive', 2)] },
      { state: 'retrying', attempts: 2 },
    ],
    ['gave it up again after a redrive', { letter: letter('open'), inbox: [sent('redrive')] }, { state: 'dead' }],
    ['was sent it by a replay', { standing: passed, replays: [replay] }, { state: 'replayed' }],
    [
      'was sent it by a replay after a redrive',
      { letter: letter('redriven'), replays: [replay] },
      { state: 'replayed' },
    ],
    [
      'has an open dead letter, whatever was replayed',
      { letter: letter('open'), replays: [replay] },
      { state: 'dead' },
    ],
    ['has a replay of it before it', { standing: passed, inbox: [sent('replay')] }, { state: 'replayed' }],
  ])('says of a group that %s: %j is %j', (_what, evidence, state) => {
    expect(deliveryState({ ...nothing, ...evidence })).toMatchObject(state)
  })

  it.each<[string, Partial<Evidence>]>([
    ['hidden', {}],
    ['gone', { standing: { state: 'gone' } }],
    ['other-log', { standing: passed, sameLog: false }],
    ['not-received', { standing: { state: 'waiting' }, isReceived: false }],
  ])('claims nothing where all that is known is %s', (reason, evidence) => {
    expect(deliveryState({ ...nothing, ...evidence })).toMatchObject({ state: 'unknown', reason })
  })

  it('knows that a group which no longer receives the topic has passed what it had committed', () => {
    expect(deliveryState({ ...nothing, standing: passed, isReceived: false })).toMatchObject({ state: 'passed' })
  })
})
