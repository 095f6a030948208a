import { createLogUpdate } from 'log-update'
import pc from 'picocolors'
import type { DomainStatus } from './status.ts'

/** What the screen shows besides the running figures. */
export interface Facts {
  /** `Kafka` → `local process on 127.0.0.1:29092 (KAFKA_BROKERS is not set, …)`. */
  readonly picked: readonly (readonly [name: string, what: string])[]
  readonly apiUrl: string
  readonly metricsUrl: string
  readonly demo: boolean
  readonly logsDir: string
  /** Commands to try next, each with what it does. */
  readonly next: readonly (readonly [command: string, what: string])[]
}

/** Shows progress, then the running state: one live screen on a terminal, plain lines elsewhere. */
export interface Screen {
  /** How often the figures are worth showing: a terminal is drawn over, lines pile up. */
  readonly refreshMs: number
  step(text: string): void
  facts(facts: Facts): void
  status(domains: readonly DomainStatus[] | undefined): void
  /** Leaves the last state standing and adds a line. */
  end(text: string): void
}

/** The screen for an output. */
export function createScreen(out: NodeJS.WriteStream, startedAtMs: number): Screen {
  const seconds = (): string => `${((performance.now() - startedAtMs) / 1000).toFixed(1).padStart(5)} s`
  return out.isTTY ? liveScreen(out, seconds) : plainScreen(out, seconds)
}

function liveScreen(out: NodeJS.WriteStream, seconds: () => string): Screen {
  const update = createLogUpdate(out)
  let known: Facts | undefined
  return {
    refreshMs: 1000,
    step: (text) => {
      update.clear()
      out.write(`${pc.dim(seconds())}  ${text}\n`)
    },
    facts: (facts) => {
      known = facts
      update(render(facts, undefined))
    },
    status: (domains) => known && update(render(known, domains)),
    end: (text) => {
      update.done()
      out.write(`${text}\n`)
    },
  }
}

function plainScreen(out: NodeJS.WriteStream, seconds: () => string): Screen {
  let last = ''
  const line = (text: string): void => void out.write(`${seconds()}  ${text}\n`)
  return {
    refreshMs: 5000,
    step: line,
    facts: (facts) => void out.write(`\n${render(facts, undefined)}\n\n`),
    status: (domains) => {
      const text =
        domains === undefined ? 'the event logger does not answer' : `${summary(domains)} (${counts(domains)})`
      // Lines that say the same again hide what changes.
      if (text !== last) line(text)
      last = text
    },
    end: line,
  }
}

/** The whole screen as text. */
export function render(facts: Facts, domains: readonly DomainStatus[] | undefined): string {
  const rows: string[] = [pc.bold('House Helper Events is running'), '']
  for (const [name, what] of facts.picked) rows.push(`  ${name.padEnd(12)} ${what}`)
  rows.push(`  ${'API'.padEnd(12)} ${pc.cyan(facts.apiUrl)}`, `  ${'metrics'.padEnd(12)} ${pc.cyan(facts.metricsUrl)}`)
  rows.push(`  ${'logs'.padEnd(12)} ${facts.logsDir}`)
  rows.push(
    `  ${'household'.padEnd(12)} ${facts.demo ? 'a simulated one publishes' : 'nobody publishes; start with --demo for a simulated one'}`,
    '',
  )
  if (domains !== undefined) {
    for (const { domain, recorded, lag } of domains)
      rows.push(`  ${domain.padEnd(14)} ${number(recorded)}${lag > 0 ? pc.yellow(`   lag ${lag}`) : ''}`)
    rows.push(`  ${pc.bold(summary(domains))}`, '')
  }
  rows.push('Try next, in another terminal:')
  for (const [command, what] of facts.next) rows.push(`  ${pc.dim(`# ${what}`)}`, `  ${command}`)
  rows.push('', pc.dim('Ctrl-C ends everything and keeps the data.'))
  return rows.join('\n')
}

function summary(domains: readonly DomainStatus[]): string {
  const sum = (pick: (domain: DomainStatus) => number): number =>
    domains.reduce((total, domain) => total + pick(domain), 0)
  return `${number(sum(({ recorded }) => recorded)).trimStart()} events recorded, lag ${sum(({ lag }) => lag)}`
}

function counts(domains: readonly DomainStatus[]): string {
  return domains.map(({ domain, recorded }) => `${domain} ${recorded}`).join(', ')
}

function number(value: number): string {
  return value.toLocaleString('en').padStart(12)
}
