import { describe, expect, it } from 'vitest'
import { memoryStage, onChores } from '../test/stage.ts'

const stage = memoryStage()

describe('the life of a subscriber', () => {
  it('announces what it handles to whoever describes its group', async () => {
    const handle = () => {}
    const one = stage.subscriberOn({
      on: [onChores({ 'chore.started': handle, 'chore.finished': { handle, onReplay: 'skip' } })],
    })
    await one.start()
    const [member] = stage.transport.broker.describeGroup('helpers').members
    expect(JSON.parse(Buffer.from(member?.announcement ?? []).toString())).toEqual({
      protocol: 1,
      instance: expect.stringMatching(/^[0-9a-z]{8}$/),
      packages: { '@house-helper/consumer': expect.stringMatching(/^\d+\.\d+\.\d+/) },
      handles: [
        { type: 'chore.started', version: '1.0', onReplay: 'handle' },
        { type: 'chore.finished', version: '1.0', onReplay: 'skip' },
      ],
      domains: { chores: expect.stringMatching(/^\d+\.\d+\.\d+/) },
    })
  })

  it('is down until it has an assignment, then up, then closed', async () => {
    const one = stage.subscriber(() => {})
    expect(one.health()).toMatchObject({ status: 'down', reasons: [{ code: 'NOT_STARTED' }] })
    expect(one.stats()).toMatchObject({ handled: 0, inFlight: 0, partitions: [] })
    await one.start()
    expect(one.health()).toEqual({ status: 'up', reasons: [] })
    expect(one.stats().partitions).toHaveLength(3)
    await one.close()
    expect(one.health()).toMatchObject({ status: 'down', reasons: [{ code: 'CLOSED' }] })
    await expect(one.closed).resolves.toBeUndefined()
  })

  it('starts once', async () => {
    const one = stage.subscriber(() => {})
    await one.start()
    await expect(one.start()).rejects.toMatchObject({ code: 'CLOSED' })
    await one.close()
    await expect(one.start()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('can be closed before it was started, while it starts, and again', async () => {
    const never = stage.subscriber(() => {})
    await never.close()
    await never.closed
    const starting = stage.subscriber(() => {})
    const start = expect(starting.start()).rejects.toMatchObject({ code: 'CLOSED' })
    await Promise.all([starting.close(), starting.close()])
    await start
    await starting.closed
    expect(stage.transport.broker.describeGroup('helpers').members).toEqual([])
  })

  it('leaves a transport open that it was given', async () => {
    const one = stage.subscriber(() => {})
    await one.start()
    await one.close()
    expect(await stage.transport.admin.describeTopics()).toHaveLength(1)
  })
})
