import { describe, expectTypeOf, it } from 'vitest'
import { chores } from '../test/domain.ts'
import { createSubscriber, defineHandlers, type HandlerContext, type Once } from './index.ts'

interface Ledger {
  readonly ledger: string
}
declare const once: Once<Ledger>
declare const other: Once<{ readonly session: object }>

const plain = defineHandlers(chores, { 'chore.started': () => undefined })
const needy = defineHandlers(chores, {
  'chore.started': (_event, context: HandlerContext & Ledger) => context.ledger,
})

describe('what handlers need of once', () => {
  it('is in their context', () => {
    defineHandlers<typeof chores, Ledger>(chores, {
      'chore.finished': (event, context) => {
        expectTypeOf(context.ledger).toEqualTypeOf<string>()
        expectTypeOf(event.data.by).toEqualTypeOf<string>()
      },
    })
    // @ts-expect-error nobody gives a ledger
    defineHandlers(chores, { 'chore.started': (_event, context) => context.ledger })
  })

  it('is in the context of a batch handler', () => {
    const batch = defineHandlers<typeof chores, Ledger>(chores, {
      'chore.finished': {
        handleBatch: (events, { ledger, done }) => {
          expectTypeOf(ledger).toEqualTypeOf<string>()
          expectTypeOf(events).items.toHaveProperty('data').toEqualTypeOf<{ by: string }>()
          return events.map(done)
        },
      },
    })
    createSubscriber({ on: [batch], once })
    // @ts-expect-error once is missing
    createSubscriber({ on: [batch] })
    // @ts-expect-error nobody gives a ledger
    defineHandlers(chores, { 'chore.started': { handleBatch: (_, { ledger }) => [ledger] } })
  })

  it('has to be given', () => {
    createSubscriber({ on: [plain] })
    createSubscriber({ on: [plain, needy], once })
    createSubscriber({ on: [plain], once: other })
    // @ts-expect-error once is missing
    createSubscriber({ on: [plain, needy] })
    // @ts-expect-error once gives something else
    createSubscriber({ on: [needy], once: other })
  })
})
