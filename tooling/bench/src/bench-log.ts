import { parseArgs } from 'node:util'
import { onBenchStack } from './bench-stack.ts'
import { replayCase, replayMemoryCase } from './cases/replay.ts'
import { chosenCases, runTool, wholeNumber } from './command-line.ts'
import { exportCase, exportMemoryCase } from './log/export-cases.ts'
import { createLogBench, type LogCase } from './log/log-bench.ts'
import { pageCase } from './log/page-case.ts'
import { questions } from './log/questions.ts'
import { thisMachine } from './machine.ts'
import { type Case, measure } from './measure.ts'
import { reportCases } from './report.ts'

const help = `pnpm bench:log [options]
  --only <text>    the cases whose name contains this text; may be given several times
  --records <n>    records of the large log (default 2000000); the small one has a tenth
  --requests <n>   requests of a round, at 50 a second (default 1000)
  --rounds <n>     counted rounds of each case (default 3)
  --json           one JSON document on standard output instead of the table
  --list           the names of the cases`

/** A case of `pnpm bench`, which fills a log of its own through Kafka. */
const withStack = (benchCase: Case): LogCase => ({
  name: benchCase.name,
  run: async ({ stack, rounds }) => [await measure(benchCase, stack, rounds)],
})

const cases: readonly LogCase[] = [
  ...questions.map(pageCase),
  exportCase,
  exportMemoryCase,
  withStack(replayCase()),
  withStack(replayMemoryCase()),
]

await runTool(help, async () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [''] },
      records: { type: 'string', default: '2000000' },
      requests: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(help)
  if (values.list) return console.log(cases.map(({ name }) => name).join('\n'))
  const chosen = chosenCases(cases, values.only)
  const records = wholeNumber('records', values.records)
  const [rounds, requests] = [wholeNumber('rounds', values.rounds), wholeNumber('requests', values.requests)]
  await onBenchStack(Math.ceil(records / 10), async (stack) => {
    const bench = createLogBench({ records, rounds, requests, stack, onSeeded: reportSeeded })
    try {
      const machine = { ...thisMachine(), records }
      await reportCases(chosen, (one) => one.run(bench), { machine, json: values.json })
    } finally {
      await bench.close()
    }
  })
})

function reportSeeded({ count, durationMs }: { readonly count: number; readonly durationMs: number }): void {
  console.error(`filled a log with ${count} records in ${Math.round(durationMs / 1_000)} s`)
}
