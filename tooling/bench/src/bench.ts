import { parseArgs } from 'node:util'
import { onBenchStack } from './bench-stack.ts'
import { cases, growthCases } from './cases.ts'
import { thisMachine } from './machine.ts'
import { measure } from './measure.ts'
import { reportCases } from './report.ts'
import { wholeNumber } from './whole-number.ts'

const help = `pnpm bench [options]
  --only <text>    the cases whose name contains this text
  --events <n>     events of a backlog (default 300000)
  --rounds <n>     counted rounds of each case (default 5)
  --growth         the cases of growth instead, which take long (default 2 rounds)
  --json           one JSON document on standard output instead of the table
  --list           the names of the cases`

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    events: { type: 'string', default: '300000' },
    rounds: { type: 'string' },
    growth: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const known = values.growth ? growthCases : cases

if (values.help) console.log(help)
else if (values.list) for (const { name } of known) console.log(name)
else await run()

async function run(): Promise<void> {
  const chosen = known.filter(({ name }) => name.includes(values.only))
  if (chosen.length === 0)
    throw new Error(`No case contains ${JSON.stringify(values.only)}; pnpm bench --list names them.`)
  const rounds = wholeNumber('rounds', values.rounds ?? (values.growth ? '2' : '5'))
  await onBenchStack(wholeNumber('events', values.events), (stack) =>
    reportCases(chosen, async (one) => [await measure(one, stack, rounds)], {
      machine: thisMachine(),
      json: values.json,
    }),
  )
}
