/**
 * `pnpm test:release`: a release of everything and one of tasks against a registry on this machine, then a service
 * outside with every package manager, Node and TypeScript. Prints a line for each case; exits with 1 when one failed.
 */
import { startStack } from '@house-helper/local-stack'
import { type Ground, prepareGround } from './ground.ts'
import { type ReleaseCase, releaseCases } from './release-cases.ts'
import { serviceCases } from './service-cases.ts'

const cases = [...releaseCases, ...serviceCases]

async function main(): Promise<number> {
  const interrupt = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort())
  await using stack = await startStack({ signal: interrupt.signal })
  // Where every Kafka client looks, the service's too.
  process.env.KAFKA_BROKERS = stack.kafka.brokers.join(',')
  const ground = await prepareGround()
  try {
    return await runCases(ground, interrupt.signal)
  } finally {
    await ground.close()
  }
}

async function runCases(ground: Ground, signal: AbortSignal): Promise<number> {
  let failed = 0
  for (const each of cases) {
    if (signal.aborted) return 130
    if (!(await passes(each, ground))) failed++
  }
  process.stdout.write(`${cases.length - failed} passed, ${failed} failed\n`)
  return failed === 0 ? 0 : 1
}

async function passes({ title, run }: ReleaseCase, ground: Ground): Promise<boolean> {
  const startedAt = performance.now()
  const say = (mark: string, more = '') =>
    process.stdout.write(`${mark} ${title} (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)\n${more}`)
  try {
    await run(ground)
    say('✓')
    return true
  } catch (error) {
    say('✗', `${error instanceof Error ? error.message : String(error)}\n`)
    return false
  }
}

process.exitCode = await main()
