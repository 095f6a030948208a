import { parseArgs } from 'node:util'
import { onBenchStack } from './bench-stack.ts'
import { cases } from './cases.ts'
import { thisMachine } from './machine.ts'
import { measure } from './measure.ts'
import { reportCases } from './report.ts'
import { wholeNumber } from './whole-number.ts'

const help = `pnpm bench [options]
  --only <text>    the cases whose name contains this text
  --events <n>     events of a backlog (default 300000)
  --rounds <n>     counted rounds of each case (default 5)
  --json           one JSON document on standard output instead of the table
  --list           the names of the cases`

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    events: { type: 'string', default: '300000' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(help)
else if (values.list) for (const { name } of cases) console.log(name)
else await run()

async function run(): Promise<void> {
  const chosen = cases.filter(({ name }) => name.includes(values.only))
  if (chosen.length === 0)
    throw new Error(`No case contains ${JSON.stringify(values.only)}; pnpm bench --list names them.`)
  const rounds = wholeNumber('rounds', values.rounds)
  await onBenchStack(wholeNumber('events', values.events), (stack) =>
    reportCases(chosen, async (one) => [await measure(one, stack, rounds)], {
      machine: thisMachine(),
      json: values.json,
    }),
  )
}
