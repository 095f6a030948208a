import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { chosenCases, runTool, wholeNumber } from '@house-helper/bench/command-line'
import { thisMachine } from '@house-helper/bench/machine'
import { projectDataDir } from '@house-helper/local-stack'
import { cases } from './cases.ts'
import { writePage } from './page.ts'
import { reportText, type SoakReport, totalsLine, totalsOf } from './report.ts'
import { runSoak, type SoakOptions } from './runner.ts'
import type { Form } from './soak-case.ts'

const help = `pnpm soak [options]
  --short          short forms, in under 8 minutes (default: full forms)
  --only <text>    the cases whose name contains this text
  --part <text>    of these, the parts whose name contains this text
  --seed <n>       what is random follows from this number (default 1)
  --resume         skips parts that an earlier run of this form and seed has done and met
  --json <file>    where the report goes (default: a folder that git ignores)
  --page           makes the tables of docs/soak.md from the reports in docs/soak
  --list           the names of the cases and of their parts`

await runTool(help, async () => {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      part: { type: 'string', default: '' },
      seed: { type: 'string', default: '1' },
      resume: { type: 'boolean', default: false },
      json: { type: 'string' },
      list: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const { part, resume, json } = values
  const form = values.short ? 'short' : 'full'
  const seed = wholeNumber('seed', values.seed, 0)
  if (values.help) return console.log(help)
  if (values.list) return list(form, seed)
  if (values.page) return await writePage()
  await run({ cases: chosenCases(cases, [values.only]), form, seed, part, resume }, json)
})

function list(form: Form, seed: number): void {
  for (const { name, title, parts } of cases) {
    console.log(`${name}: ${title}`)
    for (const part of parts(form, seed)) console.log(`  ${part.name}`)
  }
}

async function run(wanted: Pick<SoakOptions, 'cases' | 'form' | 'seed' | 'part' | 'resume'>, json?: string) {
  const { form, seed } = wanted
  const folder = join(projectDataDir, 'soak')
  const reports = await runSoak({ ...wanted, folder, signal: interruption(), log: (line) => console.log(line) })
  const totals = totalsOf(reports)
  const report: SoakReport = { machine: thisMachine(), form, seed, cases: reports, totals }
  const file = resolve(json ?? join(folder, `${form}-${seed}.json`))
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, reportText(report))
  console.log(`report: ${file}`)
  console.log(totalsLine(totals))
  process.exitCode = reports.length > 0 && reports.every(({ met }) => met) ? 0 : 1
}

/** Aborts at the first Ctrl-C, so that servers and programs are ended; the second ends at once. */
function interruption(): AbortSignal {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(1)
    controller.abort(new Error('The soak was interrupted.'))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return controller.signal
}
