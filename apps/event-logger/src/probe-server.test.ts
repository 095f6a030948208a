import { afterEach, beforeEach, expect, it } from 'vitest'
import { createProbeServer, type ProbeServer } from './probe-server.ts'

let dead: string | undefined
let reason: string | undefined
let broken: boolean
let failures: unknown[]
let server: ProbeServer

beforeEach(async () => {
  dead = undefined
  reason = undefined
  broken = false
  failures = []
  server = await createProbeServer(
    {
      whyNotLive: () => dead,
      readiness: async () => ({ reason, warnings: ['There is a conflict.'] }),
      metrics: async () => {
        if (broken) throw new Error('broken')
        return 'a_total 1\n'
      },
    },
    { host: '127.0.0.1', port: 0 },
    (error) => failures.push(error),
  )
})
afterEach(() => server.close())

it('says why the process should be started anew', async () => {
  expect((await fetch(`${server.url}/livez`)).status).toBe(200)
  dead = 'The recorder died.'
  const answer = await fetch(`${server.url}/livez`)
  expect([answer.status, await answer.json()]).toEqual([503, { status: 'unavailable', reason: 'The recorder died.' }])
})

it('says why it cannot do its work, and what is wrong although it can', async () => {
  const warnings = ['There is a conflict.']
  const ready = await fetch(`${server.url}/readyz`)
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok', warnings }])
  reason = 'MongoDB does not answer.'
  const unready = await fetch(`${server.url}/readyz`)
  expect([unready.status, await unready.json()]).toEqual([503, { status: 'unavailable', reason, warnings }])
})

it('gives metrics in the format that Prometheus asks for', async () => {
  const answer = await fetch(`${server.url}/metrics`)
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(await answer.text()).toBe('a_total 1\n')
})

it('answers 500 where metrics cannot be collected, and reports it', async () => {
  broken = true
  expect((await fetch(`${server.url}/metrics`)).status).toBe(500)
  expect(failures).toEqual([new Error('broken')])
})

it('has nothing else, and changes nothing', async () => {
  expect((await fetch(`${server.url}/`)).status).toBe(404)
  expect((await fetch(`${server.url}/livez`, { method: 'POST' })).status).toBe(405)
})

it('says which settings to change where the address is taken', async () => {
  const { port } = new URL(server.url)
  const probes = {
    whyNotLive: () => undefined,
    readiness: async () => ({ reason, warnings: [] }),
    metrics: async () => '',
  }
  await expect(createProbeServer(probes, { host: '127.0.0.1', port: Number(port) }, () => {})).rejects.toMatchObject({
    code: 'ADDRESS_UNAVAILABLE',
    message: expect.stringContaining('PROBE_PORT'),
  })
})
