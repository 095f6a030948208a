import { parseArgs } from 'node:util'
import { startStack } from '@house-helper/local-stack'
import { cases } from './cases.ts'
import { thisMachine } from './machine.ts'
import { type BenchStack, measure, type Result } from './measure.ts'
import { row, tableHead } from './report.ts'
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
  const stack = await startStack({
    tunedFor: 'throughput',
    onProgress: ({ server, step }) => console.error(`${server}: ${step}`),
  })
  try {
    const { kafka, mongodb } = stack
    if (kafka.kind === 'memory') throw new Error(`The benchmarks need a real Kafka: ${kafka.why}`)
    await report(chosen, {
      brokers: kafka.brokers,
      mongodbUri: mongodb.uri,
      events: wholeNumber('events', values.events),
    })
  } finally {
    await stack.close()
  }
}

async function report(chosen: typeof cases, stack: BenchStack): Promise<void> {
  const machine = thisMachine()
  const results: Result[] = []
  if (!values.json) console.log(`${JSON.stringify(machine)}\n\n${tableHead}`)
  for (const benchCase of chosen) {
    console.error(`measuring ${benchCase.name} …`)
    const result = await measure(benchCase, stack, wholeNumber('rounds', values.rounds))
    results.push(result)
    if (!values.json) console.log(row(result))
  }
  if (values.json) console.log(JSON.stringify({ machine, results }, null, 2))
}
