import type { Defect } from '../defects/defect.ts'
import { defects as all } from '../defects/defects.ts'
import { createMutantTree, type MutantTree } from '../defects/mutant-tree.ts'
import { runSuite, type SuiteRun } from '../defects/suite-run.ts'
import {
  atLeast,
  atMost,
  type Figure,
  noViolations,
  type PartReport,
  type SoakCase,
  type SoakContext,
} from '../soak-case.ts'

/** The defects of kafkajs put into our code, one at a time: the suite has to notice each. */
export const defects: SoakCase = {
  name: 'defects',
  title: 'Each defect of kafkajs is put back into a copy of our code, and the suite fails.',
  parts: () => [
    { name: 'sound', run: (context) => withTree((tree) => sound(tree, context)) },
    ...all.map((defect) => ({
      name: defect.name,
      run: (context: SoakContext) => withTree((tree) => harmed(tree, defect, context)),
    })),
  ],
}

async function withTree(run: (tree: MutantTree) => Promise<PartReport>): Promise<PartReport> {
  await using tree = await createMutantTree()
  return await run(tree)
}

/** Without a defect the tests pass: otherwise their failing would say nothing. */
async function sound(tree: MutantTree, context: SoakContext): Promise<PartReport> {
  const tests = all.flatMap(({ variants }) => variants).flatMap(({ caughtBy }) => caughtBy)
  const run = await runSuite(tests, await suiteOf(tree, context, 'sound'))
  for (const name of run.failed) context.log(`fails without any defect: ${name}`)
  return report(0, [
    atMost('tests that fail without a defect', run.failed.length, 0, 'tests'),
    atLeast('tests that pass without one', run.passed.length, tests.length, 'tests'),
    ...missing(run, context),
  ])
}

async function harmed(tree: MutantTree, { name, harm, variants }: Defect, context: SoakContext): Promise<PartReport> {
  context.log(harm)
  const figures: Figure[] = []
  for (const [index, { does, edits, caughtBy }] of variants.entries()) {
    const title = `${name}${variants.length === 1 ? '' : `.${index + 1}`}`
    const undo = await tree.apply(edits)
    const run = await runSuite(caughtBy, await suiteOf(tree, context, title))
    await undo()
    context.log(`${title}: ${does} Caught by: ${run.failed.join('; ') || 'nothing'}`)
    figures.push(...missing(run, context), ...caught(title, run, caughtBy))
  }
  return report(variants.length, figures)
}

/** Each file that is named has to notice by itself. */
function caught(title: string, { failed }: SuiteRun, caughtBy: Defect['variants'][number]['caughtBy']): Figure[] {
  const titles = caughtBy.flatMap((tests) => tests.titles)
  const noticed = titles.filter((one) => failed.some((fullName) => fullName.includes(one)))
  return [atLeast(`${title} is caught by`, noticed.length, titles.length, 'tests')]
}

function missing(run: SuiteRun, context: SoakContext): Figure[] {
  if (run.missing.length === 0) return []
  for (const title of run.missing) context.log(`not run: ${title}`)
  return [atMost('tests that were not run', run.missing.length, 0, 'tests')]
}

async function suiteOf({ folder }: MutantTree, { stack, logDir, signal }: SoakContext, name: string) {
  const { brokers, mongodbUri } = await stack()
  return { folder, brokers, mongodbUri, logDir, signal, name }
}

function report(faults: number, figures: readonly Figure[]): PartReport {
  return { events: 0, faults, invariants: noViolations, figures }
}
