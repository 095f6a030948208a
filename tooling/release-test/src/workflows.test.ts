import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '@house-helper/local-stack'
import { expect, it } from 'vitest'
import { parse } from 'yaml'

const folder = join(projectRoot, '.github/workflows')
const files = readdirSync(folder)

it.each(files)('%s pins every action by its commit and names the version', (file) => {
  const uses = readFileSync(join(folder, file), 'utf8').match(/^ *(?:- )?uses: .*$/gm) ?? []
  expect(uses).not.toEqual([])
  expect(uses.filter((line) => !/uses: [\w-]+(\/[\w-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([])
})

it('publishes by who it is, with provenance and without a token', () => {
  const text = readFileSync(join(folder, 'release.yml'), 'utf8')
  const { permissions, jobs } = parse(text)
  const trusted = Object.keys(jobs).filter((name) => jobs[name].permissions['id-token'] === 'write')
  expect(permissions).toEqual({})
  expect(trusted).toEqual(['publish'])
  expect(jobs.publish.steps.at(-1).env).toEqual({ PNPM_CONFIG_PROVENANCE: 'true' })
  expect(text).not.toMatch(/NPM_TOKEN|NODE_AUTH_TOKEN/)
})

it('publishes only after the release test has passed', () => {
  const { jobs } = parse(readFileSync(join(folder, 'release.yml'), 'utf8'))
  const commands = jobs.test.steps.flatMap(({ run }: { run?: string }) => run ?? [])
  expect(commands).toEqual(expect.arrayContaining(['.ci/run', expect.stringMatching(/ test:release$/)]))
  expect([jobs.publish.needs, jobs.version.needs, jobs.mode.needs]).toEqual(['mode', 'mode', 'test'])
})
