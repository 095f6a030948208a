import { expect, it } from 'vitest'
import { startLogger } from './testing/logger-process.ts'

it('ends with 2 over a wrong environment, and names every wrong variable but no secret', {
  timeout: 60_000,
}, async () => {
  const { exitCode, stderr, log } = await startLogger({
    KAFKA_BROKERS: 'nonsense',
    KAFKA_SASL_PASSWORD: 's3cr3t',
    MONGODB_URI: 'mongodb://u:s3cr3t@h:port',
    HTTP_PORT: 'eighty',
    LOG_LEVEL: 'chatty',
  }).ended
  expect(exitCode).toBe(2)
  for (const variable of ['KAFKA_BROKERS', 'KAFKA_SASL_MECHANISM', 'MONGODB_URI', 'HTTP_PORT', 'LOG_LEVEL']) {
    expect(stderr).toContain(`  ${variable} `)
  }
  expect(stderr).not.toContain('s3cr3t')
  expect(log).toEqual([])
})

it('says what it waits for where nothing answers, and ends within 10 s when told to', { timeout: 60_000 }, async () => {
  // Ports of the discard service's range, on which nothing listens here: connections are refused at once.
  const logger = startLogger({
    KAFKA_BROKERS: '127.0.0.1:9',
    MONGODB_URI: 'mongodb://127.0.0.1:9/?replicaSet=rs0&serverSelectionTimeoutMS=200',
    HTTP_PORT: '0',
    PROBE_PORT: '0',
    PROBE_HOST: '127.0.0.1',
  })
  const { url, probeUrl } = await logger.logged('The event logger listens.')
  const live = await fetch(`${probeUrl}/livez`)
  expect([live.status, await live.json()]).toEqual([200, { status: 'ok' }])
  const ready = await fetch(`${probeUrl}/readyz`)
  expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable', reason: expect.any(String) }])
  expect((await fetch(`${url}/api/v1/events`)).status).toBe(503)
  const beforeMs = performance.now()
  logger.kill('SIGTERM')
  const { exitCode } = await logger.ended
  expect(exitCode).toBe(0)
  expect(performance.now() - beforeMs).toBeLessThan(10_000)
})

it('ends with 1 where an address is taken, and names the settings of it', { timeout: 60_000 }, async () => {
  const env = { KAFKA_BROKERS: '127.0.0.1:9', MONGODB_URI: 'mongodb://127.0.0.1:9', PROBE_HOST: '127.0.0.1' }
  const first = startLogger({ ...env, HTTP_PORT: '0', PROBE_PORT: '0' })
  const { url } = await first.logged('The event logger listens.')
  const { port } = new URL(String(url))
  const { exitCode, log } = await startLogger({ ...env, HTTP_PORT: port, PROBE_PORT: '0' }).ended
  first.kill('SIGKILL')
  await first.ended
  expect(exitCode).toBe(1)
  expect(log.at(-1)).toMatchObject({ level: 'fatal', err: { code: 'ADDRESS_UNAVAILABLE' } })
  expect(JSON.stringify(log.at(-1))).toContain('HTTP_PORT')
})
