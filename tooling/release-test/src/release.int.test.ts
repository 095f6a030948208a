import { afterAll, beforeAll, it } from 'vitest'
import { type Ground, prepareGround } from './ground.ts'
import { releaseCases } from './release-cases.ts'
import { serviceCase } from './service-cases.ts'

// The core of `pnpm test:release`, which has every package manager, Node and TypeScript.
const cases = [...releaseCases, serviceCase('pnpm', '24', ['7'])]

const timeoutMs = 900_000

let ground: Ground | undefined

beforeAll(async () => {
  ground = await prepareGround()
}, timeoutMs)

afterAll(() => ground?.close(), timeoutMs)

it.each(cases)('$title', { timeout: timeoutMs }, async ({ run }) => {
  if (!ground) throw new Error('the ground was not prepared')
  await run(ground)
})
