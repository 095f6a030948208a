import { parseArgs } from 'node:util'
import { onBenchStack } from './bench-stack.ts'
import { cases, growthCases } from './cases.ts'
import { thisMachine } from './machine.ts'
import { measure } from './measure.ts'
import { profileInto } from './programs.ts'
import { reportCases } from './report.ts'
import { wholeNumber } from './whole-number.ts'

const help = `pnpm bench [options]
  --only <text>    the cases whose name contains this text; may be given several times
  --events <n>     events of a backlog (default 300000)
  --rounds <n>     counted rounds of each case (default 5)
  --growth         the cases of growth instead, which take long (default 2 rounds)
  --profile <dir>  has each program write a .cpuprofile there, which pnpm bench:flame draws; figures are worse with it
  --json           one JSON document on standard output instead of the table
  --list           the names of the cases`

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [''] },
    events: { type: 'string', default: '300000' },
    rounds: { type: 'string' },
    growth: { type: 'boolean', default: false },
    profile: { type: 'string' },
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
  const chosen = known.filter(({ name }) => values.only.some((text) => name.includes(text)))
  if (chosen.length === 0)
    throw new Error(`No case contains ${JSON.stringify(values.only.join(' or '))}; pnpm bench --list names them.`)
  if (values.profile !== undefined) profileInto(values.profile)
  const rounds = wholeNumber('rounds', values.rounds ?? (values.growth ? '2' : '5'))
  await onBenchStack(wholeNumber('events', values.events), (stack) =>
    reportCases(chosen, async (one) => [await measure(one, stack, rounds)], {
      machine: thisMachine(),
      json: values.json,
    }),
  )
}
