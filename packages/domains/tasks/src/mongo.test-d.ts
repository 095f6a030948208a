import type { ClientSession, Db, MongoClient } from 'mongodb'
import { describe, expectTypeOf, it } from 'vitest'
import { createSubscriber, onTasks } from './index.ts'
import { createTasksOutbox, type Enqueued, mongoOnce, onTasksOnce } from './mongo.ts'

declare const db: Db
declare const client: MongoClient
declare const session: ClientSession
const good = { taskId: 'task-001', title: 'Sweep' } as const
const household = { householdId: 'household-001' }

describe('an outbox of tasks', () => {
  const tasks = createTasksOutbox({ source: 'task-service', db })

  it('takes what a publisher takes, and a session', () => {
    expectTypeOf(tasks.enqueue('task.created', good, { ...household, session })).toEqualTypeOf<Promise<Enqueued>>()
  })

  it('refuses what a publisher refuses', () => {
    // @ts-expect-error there is no task.made
    void tasks.enqueue('task.made', good, { ...household, session })
    // @ts-expect-error title is missing
    void tasks.enqueue('task.created', { taskId: 'task-001' }, { ...household, session })
    // @ts-expect-error there is no colour
    void tasks.enqueue('task.created', { ...good, colour: 'red' }, { ...household, session })
    // @ts-expect-error householdId is missing
    void tasks.enqueue('task.created', good, { session })
  })

  it('refuses an event without a session, and one with a signal', () => {
    // @ts-expect-error session is missing
    void tasks.enqueue('task.created', good, household)
    // @ts-expect-error a transaction is aborted, not a signal
    void tasks.enqueue('task.created', good, { ...household, session, signal: AbortSignal.abort() })
  })

  it('needs a source and a database', () => {
    // @ts-expect-error db is missing
    createTasksOutbox({ source: 'task-service' })
    // @ts-expect-error source is missing
    createTasksOutbox({ db })
  })
})

describe('handlers in transactions', () => {
  const inTransaction = onTasksOnce({
    'task.completed': (event, context) => {
      expectTypeOf(event.data.completedBy).toEqualTypeOf<string>()
      expectTypeOf(context.session).toEqualTypeOf<ClientSession>()
    },
  })

  it('go with receipts, and beside handlers that need no session', () => {
    createSubscriber({ on: [inTransaction, onTasks({ 'task.created': () => undefined })], once: mongoOnce(client) })
  })

  it('do not go without receipts', () => {
    // @ts-expect-error once is missing
    createSubscriber({ on: [inTransaction] })
  })

  it('have no session where they do not ask for it', () => {
    // @ts-expect-error onTasksOnce gives the session
    onTasks({ 'task.created': (_event, context) => context.session })
  })
})
