import { z } from 'zod'
import type { PartReport } from './soak-case.ts'

const count = z.number().int().nonnegative()

const invariantsSchema = z.object({
  ...{ missing: count, recordedTwice: count, effectsTwice: count, outOfOrder: count, unaccounted: count },
})

/** The schema of a part that is done, as it is kept for a resumed soak. */
export const donePartSchema = z.object({
  part: z.string(),
  events: count,
  faults: count,
  invariants: invariantsSchema,
  figures: z.array(
    z.object({
      name: z.string(),
      value: z.number(),
      unit: z.string(),
      goal: z.string().exactOptional(),
      met: z.boolean(),
    }),
  ),
  /** Why the part ended before its time; then it has no figures. */
  error: z.string().exactOptional(),
  met: z.boolean(),
  durationMs: count,
  /** When it was run, as the day in UTC. */
  date: z.string(),
})

/** A part that is done. */
export type DonePart = Readonly<z.infer<typeof donePartSchema>>

const caseSchema = z.object({ name: z.string(), title: z.string(), met: z.boolean(), parts: z.array(donePartSchema) })

/** A case with its parts. */
export type CaseReport = Readonly<Omit<z.infer<typeof caseSchema>, 'parts'>> & { readonly parts: readonly DonePart[] }

const totalsSchema = z.object({
  ...{ cases: count, parts: count, events: count, faults: count, figuresMissed: count },
  ...invariantsSchema.shape,
})

/** A soak in one line. */
export type Totals = Readonly<z.infer<typeof totalsSchema>>

/** The schema of a whole report. */
export const soakReportSchema = z.object({
  machine: z.object({ cores: count, model: z.string(), memoryGiB: count, node: z.string(), date: z.string() }),
  form: z.enum(['short', 'full']),
  seed: count,
  cases: z.array(caseSchema),
  totals: totalsSchema,
})

/** What a soak found. */
export type SoakReport = Readonly<Omit<z.infer<typeof soakReportSchema>, 'cases'>> & {
  readonly cases: readonly CaseReport[]
}

/** The part as it is kept, with the verdict on it. */
export function donePart(part: string, report: PartReport, durationMs: number): DonePart {
  const { invariants, figures } = report
  const met = figures.every((figure) => figure.met) && Object.values(invariants).every((violations) => violations === 0)
  return { part, ...report, figures: [...figures], met, durationMs: Math.round(durationMs), date: today() }
}

/** A part that threw. */
export function brokenPart(part: string, error: unknown, durationMs: number): DonePart {
  const invariants = { missing: 0, recordedTwice: 0, effectsTwice: 0, outOfOrder: 0, unaccounted: 0 }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const figures = { events: 0, faults: 0, invariants, figures: [] }
  return { part, ...figures, error: text, met: false, durationMs: Math.round(durationMs), date: today() }
}

/** The report as it is written: JSON with one line for each figure. */
export function reportText(report: SoakReport): string {
  const innermost = /\{[^{}]*\}/g
  return `${JSON.stringify(report, null, 2).replaceAll(innermost, (text) => text.replaceAll(/\s*\n\s*/g, ' '))}\n`
}

/** Adds up all parts. A part that threw counts as a missed figure. */
export function totalsOf(cases: readonly CaseReport[]): Totals {
  const parts = cases.flatMap((one) => one.parts)
  const sum = (of: (part: DonePart) => number): number => parts.reduce((total, part) => total + of(part), 0)
  return {
    cases: cases.length,
    parts: parts.length,
    events: sum(({ events }) => events),
    faults: sum(({ faults }) => faults),
    missing: sum(({ invariants }) => invariants.missing),
    recordedTwice: sum(({ invariants }) => invariants.recordedTwice),
    effectsTwice: sum(({ invariants }) => invariants.effectsTwice),
    outOfOrder: sum(({ invariants }) => invariants.outOfOrder),
    unaccounted: sum(({ invariants }) => invariants.unaccounted),
    figuresMissed: sum(
      ({ figures, error }) => figures.filter(({ met }) => !met).length + (error === undefined ? 0 : 1),
    ),
  }
}

/** The last line that a soak prints. */
export function totalsLine(totals: Totals): string {
  const { cases, parts, events, faults, missing, recordedTwice, effectsTwice, outOfOrder, unaccounted } = totals
  return [
    `cases ${cases}, parts ${parts}, events ${events}, faults ${faults}`,
    `acknowledged but missing ${missing}, recorded twice ${recordedTwice}, effects twice ${effectsTwice}`,
    `out of order ${outOfOrder}, unaccounted ${unaccounted}, figures missed ${totals.figuresMissed}`,
  ].join(', ')
}

/** A part in one line, with everything that was missed. */
export function partLine(part: DonePart): string {
  const seconds = (part.durationMs / 1000).toFixed(1)
  if (part.error !== undefined) return `${part.part}: ended after ${seconds} s: ${part.error}`
  const violations = Object.entries(part.invariants).filter(([, violated]) => violated > 0)
  const wrong = [
    ...violations.map(([name, violated]) => `${name} ${violated}`),
    ...part.figures.filter(({ met }) => !met).map(({ name, value, goal }) => `${name} ${value}, ${goal}`),
  ]
  const verdict = part.met ? 'met' : `missed: ${wrong.join('; ')}`
  return `${part.part}: ${part.events} events, ${part.faults} faults, ${seconds} s, ${verdict}`
}

function today(): string {
  return new Date().toISOString().slice(0, 10)
}
