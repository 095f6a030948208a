/**
 * `pnpm check`: every static check of the repository, with a line for each and a summary.
 * Exits with 1 when one failed. CHECK_COUNTS_FILE, when set, gets `<passed> <failed>`.
 */
import { writeFileSync } from 'node:fs'
import { commandStep } from './command-step.ts'
import { checkImportDirection } from './layout/import-direction.ts'
import { projectRoot } from './project-folder.ts'
import { runSteps, type Step } from './step.ts'

const importDirection: Step = {
  name: 'Import direction: every import points up the layout',
  run: async () => {
    const findings = checkImportDirection(projectRoot)
    return { passed: findings.length === 0, output: findings.join('\n') }
  },
}

// Logs of what succeeded would bury the one that failed.
const turbo = ['--output-logs=errors-only', '--ui=stream']

const steps: readonly Step[] = [
  commandStep('Biome: format and lint', 'biome', ['ci', '--error-on-warnings', '--colors=off', '.']),
  importDirection,
  commandStep('Contracts: pages, schemas and AsyncAPI are what the contracts say', 'node', [
    ...['--conditions=@house-helper/source', 'tooling/contracts/src/main.ts', 'generate', '--check'],
  ]),
  commandStep('Types: the whole work tree', 'tsc', ['-p', 'tsconfig.json', '--pretty', 'false']),
  commandStep('Contracts: nothing that is published or recorded becomes unreadable', 'node', [
    ...['--conditions=@house-helper/source', 'tooling/contracts/src/main.ts', 'check'],
  ]),
  commandStep('Build: every published package', 'turbo', ['run', 'build', ...turbo]),
  commandStep('publint: what is published can be imported', 'turbo', ['run', 'publint', ...turbo]),
  commandStep('attw: what is published has its types', 'turbo', ['run', 'attw', ...turbo]),
  commandStep('knip: nothing unused, nothing undeclared', 'knip', ['--no-progress']),
  commandStep('knip: what is published needs no development dependency', 'knip', [
    ...['--no-progress', '--strict', '--dependencies'],
    // Without the leading dot knip takes a glob for a package's name, and matches none.
    ...['--workspace', './packages/**'],
  ]),
]

const counts = await runSteps(steps, (line) => process.stdout.write(`${line}\n`))
const { CHECK_COUNTS_FILE } = process.env
if (CHECK_COUNTS_FILE) writeFileSync(CHECK_COUNTS_FILE, `${counts.passed} ${counts.failed}\n`)
process.exitCode = counts.failed === 0 ? 0 : 1
