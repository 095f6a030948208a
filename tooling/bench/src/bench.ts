import { parseArgs } from 'node:util'
import { onBenchStack } from './bench-stack.ts'
import { cases, growthCases } from './cases.ts'
import { chosenCases, runTool, wholeNumber } from './command-line.ts'
import { thisMachine } from './machine.ts'
import { measure } from './measure.ts'
import { profileInto } from './programs.ts'
import { reportCases } from './report.ts'

const help = `pnpm bench [options]
  --only <text>    the cases whose name contains this text; may be given several times
  --events <n>     events of a backlog (default 300000)
  --rounds <n>     counted rounds of each case (default 5)
  --growth         the cases of growth instead, which take long (default 2 rounds)
  --profile <dir>  has each program write a .cpuprofile there, which pnpm bench:flame draws; figures are worse with it
  --json           one JSON document on standard output instead of the table
  --list           the names of the cases`

await runTool(help, async () => {
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
  const { growth, only, json, profile } = values
  const known = growth ? growthCases : cases
  if (values.help) return console.log(help)
  if (values.list) return console.log(known.map(({ name }) => name).join('\n'))
  const chosen = chosenCases(known, only)
  const events = wholeNumber('events', values.events)
  const rounds = wholeNumber('rounds', values.rounds ?? (growth ? '2' : '5'))
  if (profile !== undefined) profileInto(profile)
  await onBenchStack(events, (stack) =>
    reportCases(chosen, async (one) => [await measure(one, stack, rounds)], { machine: thisMachine(), json }),
  )
})
