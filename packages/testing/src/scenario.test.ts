import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLampsTest, type lamps, lampsEvent, onLamps } from '../test/lamps.ts'
import type { TestWorld } from './world.ts'

let world: TestWorld<typeof lamps>
/** The lamps that are lit, which only events that were handled know. */
let lit: Set<string>

beforeEach(async () => {
  lit = new Set()
  world = await createLampsTest({
    on: [
      onLamps({
        'lamp.lit': ({ data }, { reject }) => {
          if (data.colour === 'cold') reject('too cold')
          if (data.colour === 'warm') throw new Error('fuse blown')
          lit.add(data.lampId)
        },
        'lamp.dimmed': async ({ data, householdId }) => {
          if (!lit.has(data.lampId)) return
          await world.publisher.publish('lamp.lit', { lampId: data.lampId, watts: data.watts }, { householdId })
        },
      }),
    ],
    retry: { attempts: 2 },
  })
})

afterEach(() => world.close())

const lamp = { lampId: 'lamp-7' }

describe('a scenario', () => {
  it('knows what was given, and looks only at what happened then', async () => {
    const dimmed = lampsEvent('lamp.dimmed', { ...lamp, watts: 5 })
    await world
      .given([lampsEvent('lamp.lit', lamp)])
      .when(dimmed)
      .then({
        published: [{ type: 'lamp.lit', data: { watts: 5 }, causationId: dimmed.id }],
        handled: ['lamp.lit', dimmed],
      })
    await world
      .given()
      .when(lampsEvent('lamp.dimmed', lamp))
      .then({ published: ['lamp.lit'] })
  })

  it('takes a call of the code under test for what happens', async () => {
    const household = { householdId: 'household-7' }
    await world
      .given()
      .when(() => world.publisher.publish('lamp.lit', lamp, household))
      .then({ published: [{ type: 'lamp.lit', ...household, data: lamp }], handled: ['lamp.lit'] })
  })

  it('passes on what the code under test throws', async () => {
    const failing = world.given().when(() => Promise.reject(new Error('mine')))
    await expect(failing.then({})).rejects.toThrow('mine')
  })

  it('expects what was given up and what is tried again, with the reason', async () => {
    await world
      .given()
      .when([lampsEvent('lamp.lit', { colour: 'cold' }), lampsEvent('lamp.lit', { colour: 'warm' })])
      .then({
        handled: [],
        deadLettered: [{ type: 'lamp.lit', failure: { code: 'REJECTED', message: /too cold/ } }],
        retrying: [{ type: 'lamp.lit', data: { colour: 'warm' }, failure: { message: /fuse blown/ } }],
      })
  })

  it('fails where something was given up that nobody expects', async () => {
    const event = lampsEvent('lamp.lit', { colour: 'cold' })
    await expect(world.given().when(event).then({ published: [] })).rejects.toMatchObject({
      code: 'OUTCOME_UNEXPECTED',
      message: expect.stringMatching(
        `deadLettered\n {4}\\+ lamp.lit ${event.id} was not expected: { code: 'REJECTED', message: .*too cold' }`,
      ),
    })
  })

  it('lists every difference, by what it is about', async () => {
    const dimmed = lampsEvent('lamp.dimmed', { ...lamp, watts: 5 })
    const scenario = world.given([lampsEvent('lamp.lit', lamp)]).when(dimmed)
    const error: unknown = await scenario
      .then({
        published: [{ type: 'lamp.lit', data: { watts: 6 } }, 'lamp.dimmed'],
        handled: ['lamp.dimmed'],
      })
      .catch((reason: unknown) => reason)
    const [published] = await world.published()
    expect(String(error)).toBe(
      [
        'TestingError: The scenario has ended otherwise than expected:',
        '  published',
        `    - lamp.lit ${published?.id} is different:`,
        '        data.watts: expected 6, was 5',
        "    - { type: 'lamp.dimmed' } is missing",
        '  handled',
        `    + lamp.lit ${published?.id} was not expected: { lampId: 'lamp-7', watts: 5 }`,
      ].join('\n'),
    )
  })

  it('fails where what is given could not be handled', async () => {
    const scenario = world.given([lampsEvent('lamp.lit', { colour: 'cold' })]).when(() => {})
    await expect(scenario.then({})).rejects.toThrow(/What is given could not be handled:\n.*too cold/)
  })

  it('is refused where it is awaited without then', async () => {
    const unfinished: unknown = world.given().when(() => {})
    await expect((async () => await unfinished)()).rejects.toMatchObject({ code: 'SCENARIO_UNFINISHED' })
  })
})
