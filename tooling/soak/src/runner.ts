import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { keptParts } from './kept-parts.ts'
import { brokenPart, type CaseReport, type DonePart, donePart, partLine } from './report.ts'
import { createShelf, type Shelf } from './shelf.ts'
import type { Form, SoakCase, SoakPart } from './soak-case.ts'
import { type SoakStack, startSoakStack } from './stack.ts'

/** What a soak runs, and where it keeps what is done. */
export interface SoakOptions {
  readonly cases: readonly SoakCase[]
  readonly form: Form
  readonly seed: number
  /** Only the parts whose name contains this text. */
  readonly part: string
  /** Skips parts that were done and met. */
  readonly resume: boolean
  /** Where parts and logs are kept. */
  readonly folder: string
  readonly signal: AbortSignal
  log(line: string): void
}

/** Runs the parts of some cases one after the other; a part that fails does not keep the others from their turn. */
export async function runSoak(options: SoakOptions): Promise<CaseReport[]> {
  const stack = sharedStack(options)
  const shelf = createShelf()
  const reports: CaseReport[] = []
  try {
    for (const soakCase of options.cases) {
      const parts: DonePart[] = []
      const chosen = soakCase.parts(options.form, options.seed).filter(({ name }) => name.includes(options.part))
      if (chosen.length === 0) continue
      options.log(`${soakCase.name}: ${soakCase.title}`)
      for (const part of chosen) {
        if (options.signal.aborted) break
        parts.push(await partOf(soakCase, part, options, { stack: stack.get, shelf }))
      }
      const { name, title } = soakCase
      reports.push({ name, title, parts, met: parts.length === chosen.length && parts.every(({ met }) => met) })
    }
    return reports
  } finally {
    await shelf[Symbol.asyncDispose]()
    await stack.close()
  }
}

async function partOf(
  soakCase: SoakCase,
  part: SoakPart,
  options: SoakOptions,
  shared: { readonly stack: () => Promise<SoakStack>; readonly shelf: Shelf },
): Promise<DonePart> {
  const { form, seed, resume, signal, folder, log } = options
  const kept = keptParts(join(folder, `${form}-${seed}`))
  const before = resume ? await kept.read(soakCase.name, part.name) : undefined
  if (before?.met) {
    log(`  ${partLine(before)} (kept)`)
    return before
  }
  const logDir = join(folder, 'logs', soakCase.name, part.name)
  await rm(logDir, { recursive: true, force: true })
  const startMs = performance.now()
  const say = (line: string): void =>
    log(`  ${part.name} +${Math.round((performance.now() - startMs) / 1000)} s: ${line}`)
  const done = await part.run({ form, seed, signal, logDir, log: say, ...shared }).then(
    (report) => donePart(part.name, report, performance.now() - startMs),
    (error: unknown) => brokenPart(part.name, error, performance.now() - startMs),
  )
  log(`  ${partLine(done)}`)
  if (!done.met) log(`  again: ${commandOf(soakCase, part, options)}`)
  // An interruption is no result.
  if (!signal.aborted) await kept.write(soakCase.name, done)
  return done
}

/** The command that runs a part again, alone. */
function commandOf({ name }: SoakCase, part: SoakPart, { form, seed }: SoakOptions): string {
  const chosen = `--only ${name} --part '${part.name}' --seed ${seed}`
  return `pnpm soak ${form === 'short' ? '--short ' : ''}${chosen}`
}

function sharedStack({ log }: SoakOptions) {
  let started: Promise<SoakStack> | undefined
  return {
    get: (): Promise<SoakStack> => {
      if (started === undefined) log('starting Kafka and MongoDB')
      started ??= startSoakStack()
      return started
    },
    close: async (): Promise<void> => (await started)?.close(),
  }
}
