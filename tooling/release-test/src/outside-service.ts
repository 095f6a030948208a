import assert from 'node:assert/strict'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runToSuccess } from '@house-helper/local-stack'
import { z } from 'zod'
import { outsideEnvironment } from './environment.ts'
import { installers, type PackageManager } from './package-manager.ts'
import type { Registry } from './registry.ts'
import { createServiceTopics } from './service-topics.ts'
import type { Toolchain } from './toolchain.ts'

/** What a service outside of the workspace is made with. */
export interface OutsideServiceOptions {
  /** Where it stands: outside of the repository, and empty. */
  readonly folder: string
  readonly registry: Registry
  readonly toolchain: Toolchain
  readonly packageManager: PackageManager
  /** The major of its Node. */
  readonly node: string
  /** The version of `@house-helper/tasks` that it asks for, and has to get. */
  readonly tasksVersion: string
}

/** A service outside of the workspace that depends on `@house-helper/tasks` and on nothing else. */
export interface OutsideService {
  /** Installs with nothing in the home folder and in the caches. */
  install(): Promise<void>
  /** Checks its types, those of its dependencies too, and builds it; then sees that a wrong type is found. */
  typeCheck(typescript: string): Promise<void>
  /** Runs the built service: it publishes an event, and its handler gets it. */
  publishAndHandle(): Promise<void>
}

const ownTypescript = '7'
const commandTimeoutMs = 600_000
const template = new URL('../service', import.meta.url)

const installed = z.object({ version: z.string() })
const handled = z.object({
  published: z.string(),
  handled: z.object({
    id: z.string(),
    type: z.literal('task.completed'),
    source: z.literal('outside-service'),
    householdId: z.literal('household-001'),
    data: z.looseObject({ points: z.literal(10), room: z.literal('kitchen') }),
  }),
})

/** Writes the service's files. It says `room` of a completed task: only the changed contract has that. */
export async function createOutsideService(options: OutsideServiceOptions): Promise<OutsideService> {
  const { folder, registry, toolchain, packageManager, node, tasksVersion } = options
  const installer = installers[packageManager]
  const path = [await toolchain.node(node), ...(await installer.path(toolchain))]
  const home = join(folder, 'home')
  const service = join(folder, 'service')
  const env = outsideEnvironment(home, path)
  const run = ([command = '', ...args]: readonly string[], more: NodeJS.ProcessEnv = {}) =>
    runToSuccess(command, args, { cwd: service, timeoutMs: commandTimeoutMs, env: { ...env, ...more } })
  const source = join(service, 'src/main.ts')

  await mkdir(home, { recursive: true })
  await cp(template, service, { recursive: true })
  await writeFile(join(service, 'package.json'), manifestOf(tasksVersion))
  await writeFile(source, replaced(await readFile(source, 'utf8'), 'points: 10 ', "points: 10, room: 'kitchen' "))
  await installer.configure(service, registry.url)

  return {
    install: async () => {
      assert.match(await run(['node', '--version']), new RegExp(`^v${node}\\.`))
      await run(installer.command)
      const text = await readFile(join(service, 'node_modules/@house-helper/tasks/package.json'), 'utf8')
      assert.equal(installed.parse(JSON.parse(text)).version, tasksVersion)
    },
    typeCheck: async (typescript) => {
      const compiler =
        typescript === ownTypescript
          ? join(service, 'node_modules/.bin/tsc')
          : join(await toolchain.binaries(`typescript@${typescript}`), 'tsc')
      assert.match(await run([compiler, '--version']), new RegExp(`^Version ${typescript.replace('.', '\\.')}\\.`))
      await run([compiler, '--project', '.'])
      const wrong = join(service, 'src/wrong.ts')
      await writeFile(wrong, replaced(await readFile(source, 'utf8'), 'points: 10', "points: 'ten'"))
      const { message } = await rejection(run([compiler, '--project', '.', '--noEmit', '--pretty', 'false']))
      await rm(wrong)
      const found = message.match(/^\S+ error TS\d+: .*$|^\S+\(\d+,\d+\): error TS\d+: .*$/gm)
      assert.equal(found?.length, 1, `one wrong type, but TypeScript ${typescript} says:\n${message}`)
      assert.match(found[0] ?? '', /^src\/wrong\.ts\(\d+,\d+\): error TS2322: Type 'string' is not assignable/)
    },
    publishAndHandle: async () => {
      const topics = await createServiceTopics()
      const seen = handled.parse(JSON.parse(await run(['node', 'dist/main.js'], topics)))
      assert.equal(seen.handled.id, seen.published)
    },
  }
}

function manifestOf(tasksVersion: string): string {
  return JSON.stringify({
    name: 'outside-service',
    version: '1.0.0',
    private: true,
    type: 'module',
    dependencies: { '@house-helper/tasks': `^${tasksVersion}` },
    devDependencies: { typescript: `^${ownTypescript}.0.0`, '@types/node': '^24.0.0' },
  })
}

function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`tooling/release-test/service/src/main.ts no longer says ${from}`)
  return text.replace(from, to)
}

async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => assert.fail('a wrong type was not found'),
    (error: Error) => error,
  )
}
