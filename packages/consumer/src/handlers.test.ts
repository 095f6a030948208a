import { expect, it } from 'vitest'
import { chores } from '../test/domain.ts'
import { defineHandlers, HANDLERS_PROTOCOL, type HandlerSet } from './handlers.ts'
import { createRoutes } from './route.ts'
import { createSubscriber } from './subscriber.ts'

const handle = () => {}
const defaults = { retry: { attempts: 5, baseMs: 200, maxMs: 30_000 }, timeoutMs: 30_000 }

it('is plain data with a protocol number', () => {
  const set = defineHandlers(chores, { 'chore.started': handle, 'chore.finished': { handle, onReplay: 'skip' } })
  expect(set).toMatchObject({ kind: 'house-helper/handlers', protocol: HANDLERS_PROTOCOL, domain: 'chores' })
  expect(set.entries.map(({ contract, onReplay }) => [contract.type, onReplay])).toEqual([
    ['chore.started', 'handle'],
    ['chore.finished', 'skip'],
  ])
})

it('refuses a type that the domain does not have, naming those that it has', () => {
  // @ts-expect-error: there is no such type.
  expect(() => defineHandlers(chores, { 'chore.stared': handle })).toThrow(
    expect.objectContaining({ code: 'HANDLERS_INVALID', message: expect.stringContaining('chore.started') }),
  )
})

it.each([[null], [{}], ['handle'], [{ handle: 'no' }], [{ handleBatch: 'no' }]])(
  'refuses %j as a handler',
  (handler) => {
    // @ts-expect-error: no handler.
    expect(() => defineHandlers(chores, { 'chore.started': handler })).toThrow(
      expect.objectContaining({ code: 'HANDLERS_INVALID' }),
    )
  },
)

it('refuses wrong settings of a handler, naming them', () => {
  expect(() => defineHandlers(chores, { 'chore.started': { handle, retry: { attempts: 0 }, timeoutMs: -1 } })).toThrow(
    /retry\.attempts: .*timeoutMs: /,
  )
})

it('takes a batch handler with a bound, and refuses both kinds for one type', () => {
  const handleBatch = () => []
  const routes = (handler: object) =>
    createRoutes([defineHandlers(chores, { 'chore.started': handler as never })], defaults)
  expect(routes({ handleBatch }).get('chore.started')?.batch).toMatchObject({ maxEvents: 100 })
  expect(routes({ handleBatch, maxBatchEvents: 7 }).get('chore.started')?.batch).toMatchObject({ maxEvents: 7 })
  expect(() => routes({ handle, handleBatch })).toThrow('either handle or handleBatch')
  expect(() => routes({ handleBatch, maxBatchEvents: 0 })).toThrow('maxBatchEvents')
})

it('leaves out a type whose handler is undefined', () => {
  expect(defineHandlers(chores, { 'chore.started': undefined }).entries).toEqual([])
})

it('fills in for each handler what it does not set itself', () => {
  const set = defineHandlers(chores, { 'chore.started': { handle, retry: { attempts: 9 }, timeoutMs: 7 } })
  expect(createRoutes([set], defaults).get('chore.started')).toMatchObject({
    retry: { attempts: 9, baseMs: 200, maxMs: 30_000 },
    timeoutMs: 7,
    onReplay: 'handle',
  })
})

it('allows one handler a type in a subscriber', () => {
  const set = defineHandlers(chores, { 'chore.started': handle })
  expect(() => createSubscriber({ groupId: 'helpers', on: [set, set] })).toThrow(
    expect.objectContaining({ code: 'HANDLED_TWICE', message: expect.stringContaining('chore.started') }),
  )
})

it('says that handlers of another protocol cannot work with this subscriber, and what to do', () => {
  const later: HandlerSet = { ...defineHandlers(chores, { 'chore.started': handle }), protocol: 2, madeBy: '9.0.0' }
  expect(() => createSubscriber({ groupId: 'helpers', on: [later] })).toThrow(
    expect.objectContaining({
      code: 'PACKAGES_INCOMPATIBLE',
      message: expect.stringMatching(/chores.*9\.0\.0.*protocol 2/),
    }),
  )
})

it('takes only handler sets, and at least one handler', () => {
  // @ts-expect-error: no handler set.
  expect(() => createSubscriber({ groupId: 'helpers', on: [{}] })).toThrow(
    expect.objectContaining({ code: 'HANDLERS_INVALID' }),
  )
  expect(() => createSubscriber({ groupId: 'helpers', on: [] })).toThrow(
    expect.objectContaining({ code: 'SETTINGS_INVALID' }),
  )
})
