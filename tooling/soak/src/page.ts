import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { projectRoot } from '@house-helper/local-stack'
import { cases as knownCases } from './cases.ts'
import { type CaseReport, type DonePart, type SoakReport, soakReportSchema } from './report.ts'
import type { Figure } from './soak-case.ts'

const reportsDir = join(projectRoot, 'docs/soak')

/** The page that shows the reports in docs/soak. */
export const pageFile: string = join(projectRoot, 'docs/soak.md')

const BEGIN = '<!-- made by `pnpm soak --page` -->'
const END = '<!-- end -->'

/** Reads the kept reports, in the order of their names. */
export async function keptReports(): Promise<SoakReport[]> {
  const files = (await readdir(reportsDir)).filter((name) => name.endsWith('.json')).sort()
  const texts = await Promise.all(files.map((name) => readFile(join(reportsDir, name), 'utf8')))
  return texts.map((text) => soakReportSchema.parse(JSON.parse(text)))
}

/** The page with its tables made anew from reports. */
export function pageWith(page: string, reports: readonly SoakReport[]): string {
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`docs/soak.md needs the lines ${BEGIN} and ${END}.`)
  return `${before}${BEGIN}\n\n${tablesOf(reports)}\n${END}${after}`
}

/** Makes the tables of the page anew. */
export async function writePage(): Promise<void> {
  await writeFile(pageFile, pageWith(await readFile(pageFile, 'utf8'), await keptReports()))
}

function tablesOf(reports: readonly SoakReport[]): string {
  const cases = mergedCases(reports)
  const rows = cases.map((one) => {
    const { name, parts } = one
    const goals = parts.flatMap(({ figures }) => figures).filter(({ goal }) => goal !== undefined)
    const met = goals.filter((figure) => figure.met).length
    const cells = [name, partsText(one), sum(parts, 'events'), sum(parts, 'faults'), violationsOf(parts)]
    const days = [...new Set(parts.map(({ date }) => date))].sort()
    return row([...cells.map(text), `${met} of ${goals.length}`, days.join(', '), minutes(sum(parts, 'durationMs'))])
  })
  const head = ['case', 'parts', 'events', 'faults', 'violations', 'figures met', 'date', 'took']
  const machines = [...new Set(reports.map(({ machine }) => machineText(machine)))]
  const overview = [`Machine: ${machines.join('; ')}.`, '', row(head), row(head.map(() => '---')), ...rows]
  return [...overview, '', ...cases.flatMap(figureTable)].join('\n')
}

/** The cases of all reports; parts of one case may have been run, and reported, on their own. */
function mergedCases(reports: readonly SoakReport[]): CaseReport[] {
  const byName = new Map<string, CaseReport>()
  for (const one of reports.flatMap(({ cases }) => cases)) {
    const known = byName.get(one.name)
    byName.set(one.name, known === undefined ? one : { ...one, parts: [...known.parts, ...one.parts] })
  }
  return [...byName.values()]
}

function figureTable({ name, title, parts }: CaseReport): string[] {
  const byName = new Map<string, Figure[]>()
  for (const figure of parts.flatMap(({ figures }) => figures)) {
    byName.set(figure.name, [...(byName.get(figure.name) ?? []), figure])
  }
  const rows = [...byName].map(([figure, all]) => row([figure, rangeOf(all), goalOf(all)]))
  const names = parts.map(({ part }) => part).join(', ')
  const shown = parts.length < partsOf(name) ? `${title} So far: ${names}.` : title
  return [`### ${name}`, '', shown, '', row(['figure', 'value', 'goal']), row(['---', '---', '---']), ...rows, '']
}

/** How many parts were run, and of how many where some are left. */
function partsText({ name, parts }: CaseReport): string {
  const all = partsOf(name)
  return parts.length < all ? `${parts.length} of ${all}` : text(parts.length)
}

function partsOf(name: string): number {
  return knownCases.find((known) => known.name === name)?.parts('full', 1).length ?? 0
}

function rangeOf(figures: readonly Figure[]): string {
  const values = figures.map(({ value }) => value)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return `${low === high ? text(low) : `${text(low)} to ${text(high)}`} ${figures[0]?.unit ?? ''}`
}

function goalOf(figures: readonly Figure[]): string {
  const goals = [...new Set(figures.flatMap(({ goal }) => goal ?? []))]
  return goals.length > 3 ? `${goals.length} goals, each part its own` : goals.join('; ')
}

function violationsOf(parts: readonly DonePart[]): number {
  return parts.flatMap(({ invariants }) => Object.values(invariants)).reduce((total, count) => total + count, 0)
}

function sum(parts: readonly DonePart[], field: 'events' | 'faults' | 'durationMs'): number {
  return parts.reduce((total, part) => total + part[field], 0)
}

function machineText(machine: SoakReport['machine']): string {
  const { cores, model, memoryGiB, node } = machine
  return `${cores} cores of ${model}, ${memoryGiB} GiB, Node ${node}`
}

function minutes(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`
}

function text(value: string | number): string {
  return typeof value === 'number' ? value.toLocaleString('en') : value
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
