import type { ReplayPlan, ReplayRun, Replays } from '@house-helper/event-log'
import { LogError } from '@house-helper/event-log'

const position = { topic: 'house-helper.tasks', partition: 1, generation: 1, offset: 7 }
const target = { group: 'points', topic: 'house-helper.inbox.points' }
const at = new Date('2026-01-01T00:00:00Z')

/** A plan of three events. */
const replayPlan: ReplayPlan = {
  ...{ id: 'plan-1', createdAt: at, expiresAt: at, by: 'ada', filter: 'type:task.*', from: [position] },
  ...{ until: [{ ...position, offset: 10 }], targets: [target], sandbox: false, ratePerSecond: 500, durationMs: 6 },
  ...{ count: 3, bytes: 900, types: [{ type: 'task.completed', count: 3 }], first: at, last: at },
  contract: { judged: 3, ok: 3, broken: 0, unknownType: 0, unknownVersion: 0, examples: [] },
  sample: [{ id: 'e-1', type: 'task.completed', timestamp: at.toISOString(), topic: 't', partition: 1, offset: 7 }],
  groups: [{ group: 'points', types: [{ type: 'task.completed', onReplay: 'unknown' }], members: 0, announced: 0 }],
}

/** A run of that plan that is being sent. */
export const replayRun: ReplayRun = {
  ...{ id: 'run-1', planId: 'plan-1', filter: 'type:task.*', from: [position], until: replayPlan.until },
  ...{ targets: [target], state: 'running', reason: undefined, total: 3, sent: 1, position: [position] },
  ...{ ratePerSecond: 500, perSecond: 2, remainingMs: 1_000, by: 'ada', createdAt: at, startedAt: at },
  ...{ endedAt: undefined, updatedAt: at, changes: [{ to: 'running', at, by: 'ada' }] },
}

/** Replays of one plan and one run, which note what they were asked. */
export function fakeReplays(asked: unknown[] = []): Replays {
  const known = (id: string) => (id === replayRun.id ? replayRun : undefined)
  const change =
    (state: ReplayRun['state']) =>
    async (id: string, request: object = {}) => {
      asked.push([state, request])
      const run = known(id)
      return run && { ...run, state }
    }
  const close = async () => {}
  return {
    plan: async (request) => {
      asked.push(request)
      return replayPlan
    },
    getPlan: async (id) => (id === replayPlan.id ? replayPlan : undefined),
    run: async (request, key) => {
      asked.push([request, key])
      if (request.planId === replayPlan.id) return replayRun
      const issues = [{ path: ['planId'], message: 'There is no such plan.' }]
      throw new LogError('LOG_REPLAY_REFUSED', 'The replay is refused.', { details: { issues } })
    },
    get: async (id) => known(id),
    list: async () => [replayRun],
    watch: async function* (id) {
      const run = known(id)
      if (run !== undefined) yield* [run, { ...run, state: 'done', sent: 3 } as const]
    },
    pause: change('paused'),
    resume: change('running'),
    cancel: async () => {
      throw new LogError('LOG_REPLAY_CONFLICT', 'The run run-1 is done: cancel does nothing to it.')
    },
    start: () => {},
    problem: () => undefined,
    close,
    [Symbol.asyncDispose]: close,
  }
}
