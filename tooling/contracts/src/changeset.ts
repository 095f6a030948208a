/**
 * `pnpm changeset`: the changesets' own command with the same arguments. After `version`, the contracts of each domain
 * that got a new version are locked.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isHouseHelperError } from '@house-helper/events-core'
import { domainVersions } from './domain-versions.ts'
import { planLocks, writeLocks } from './lock.ts'
import { rootOf } from './root.ts'

const { root, args } = rootOf(process.argv.slice(2))
// A snapshot is no release: nobody has to read its events for good.
const locks = args[0] === 'version' && !args.includes('--snapshot')

async function run(): Promise<number> {
  // What cannot be locked must not get a new version first.
  if (locks) await planLocks(root, () => true)
  const before = domainVersions(root)
  const cli = fileURLToPath(import.meta.resolve('@changesets/cli/bin.js'))
  const { status, error } = spawnSync(process.execPath, [cli, ...args], { cwd: root, stdio: 'inherit' })
  if (error !== undefined) throw error
  if (status !== 0 || !locks) return status ?? 1
  const after = domainVersions(root)
  const plans = await planLocks(root, ({ folder }) => before.get(folder) !== after.get(folder))
  for (const file of writeLocks(root, plans)) process.stdout.write(`Locked: ${file}\n`)
  return 0
}

try {
  process.exitCode = await run()
} catch (error) {
  if (!isHouseHelperError(error)) throw error
  console.error(error.message)
  process.exitCode = 2
}
