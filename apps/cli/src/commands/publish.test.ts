import { decodeEnvelope, TransportError } from '@house-helper/events-core'
import { createMemoryBroker, createMemoryTransport } from '@house-helper/transport-memory'
import { describe, expect, it } from 'vitest'
import { runInMemory, type TestWorld } from '../test-world.ts'

const data = '{"petId":"pet-001","grams":80}'

/** A cluster with the topic of pets, and a way to read what is in it. */
async function cluster() {
  const broker = createMemoryBroker()
  const open = () => createMemoryTransport({ broker })
  const reader = open()
  await reader.admin.createTopics([{ name: 'house-helper.pets', partitions: 3, replicationFactor: 1, config: {} }])
  const read = async () => {
    const all = await Promise.all(
      [0, 1, 2].map((partition) => reader.read({ topic: 'house-helper.pets', partition, offset: 0 })),
    )
    return all
      .flat()
      .map(({ key, value }) => ({ key: Buffer.from(key ?? []).toString(), envelope: decodeEnvelope(value) }))
  }
  const run = (argv: readonly string[], world: TestWorld = {}) =>
    runInMemory(['publish', ...argv], { openTransport: open, ...world })
  return { run, read }
}

describe('publish', () => {
  it('publishes an event and says where it lies', async () => {
    const { run, read } = await cluster()
    const options = [
      '--household',
      'household-001',
      '--user',
      'user-001',
      '--id',
      'e-1',
      '--source',
      'kitchen',
      '--correlation',
      'c-1',
    ]
    const { exitCode, lines, stderr } = await run(['pet.fed', '--data', data, ...options])
    expect(lines).toEqual([{ id: 'e-1', topic: 'house-helper.pets', partition: expect.any(Number), offset: 0 }])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(await read()).toMatchObject([
      {
        key: 'household-001',
        envelope: {
          readable: true,
          envelope: {
            id: 'e-1',
            type: 'pet.fed',
            source: 'kitchen',
            householdId: 'household-001',
            userId: 'user-001',
            version: '1.0',
            data: JSON.parse(data),
            metadata: { correlationId: 'c-1' },
          },
        },
      },
    ])
  })

  it('keys an event of a user by the user', async () => {
    const { run, read } = await cluster()
    const { exitCode } = await run(['pet.owner.praised', '--data', '{"words":"Well done"}', '--user', 'user-001'])
    expect(exitCode).toBe(0)
    expect(await read()).toMatchObject([{ key: 'user-001' }])
  })

  it('takes its data from standard input', async () => {
    const { run, read } = await cluster()
    const stdin = (async function* () {
      yield data
    })()
    const { exitCode } = await run(['pet.fed', '--data', '-', '--household', 'h'], { stdin })
    expect(exitCode).toBe(0)
    expect(await read()).toMatchObject([{ envelope: { envelope: { source: 'hh-events', data: JSON.parse(data) } } }])
  })

  it('lists every field that breaks the contract, and sends nothing', async () => {
    const { run, read } = await cluster()
    const { exitCode, stdout, stderr } = await run(['pet.fed', '--data', '{"grams":-1,"extra":1}'])
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(/^hh-events: pet\.fed cannot be published:\n/)
    for (const path of ['householdId', 'data.petId', 'data.grams', 'extra']) expect(stderr).toContain(path)
    expect(await read()).toEqual([])
  })

  it('shows a person valid data where theirs is not', async () => {
    const { run } = await cluster()
    const { stderr } = await run(['pet.fed', '--data', '{}', '--household', 'h'], { isTTY: true })
    expect(stderr).toContain('Valid data: {"petId":"pet-001","grams":80}\n')
  })

  it.each([
    [['pet.fed'], '--data is missing. Valid data of pet.fed: {"petId":"pet-001","grams":80}'],
    [['pet.washed', '--data', '{}'], 'There is no event type "pet.washed"; there are pet.fed, pet.owner.praised.'],
    [['pet.fed', '--data', 'x'], '--data on the command line is not JSON'],
    [[], "error: missing required argument 'type'"],
  ])('refuses %j as usage', async (argv, message) => {
    const { run } = await cluster()
    const { exitCode, stdout, stderr } = await run(argv)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  it('ends with 6 where no broker answers within its deadline, and says that nothing was written', async () => {
    const transport = createMemoryTransport()
    const unreachable = () =>
      Promise.reject(new TransportError('UNREACHABLE', 'No broker answers.', { canRetry: true, outcome: 'not-sent' }))
    const away = {
      ...transport,
      sender: { append: unreachable },
      admin: { ...transport.admin, describeTopics: unreachable },
    }
    const argv = ['publish', 'pet.fed', '--data', data, '--household', 'h', '--timeout', '300ms']
    const { exitCode, stderr } = await runInMemory(argv, { transport: away })
    expect(exitCode).toBe(6)
    expect(stderr).toContain('was not written')
  })

  it('ends with 1 where the topic is missing, and names the command that creates it', async () => {
    const argv = ['publish', 'pet.fed', '--data', data, '--household', 'h', '--timeout', '2s']
    const { exitCode, stderr } = await runInMemory(argv)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('topics apply')
  })
})
