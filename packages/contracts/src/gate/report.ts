import type { Change, Outcome } from '../compare/change.ts'
import type { Finding } from './finding.ts'

const exampleLength = 600

/** The lines that say one finding: what it is about, what is so, an example, and what to do. */
export function findingLines(finding: Finding): readonly string[] {
  const { passed, about, text, change, between, remedy } = finding
  const mark = passed ? '✓' : '✗'
  const told = change === undefined || between === undefined ? [] : changeLines(change, between, text)
  const head = change === undefined ? `${mark} ${about}: ${text}` : `${mark} ${about}: ${change.path} ${change.what}`
  return [head, ...told, ...(remedy === undefined ? [] : [`    what to do: ${remedy}`])]
}

function changeLines(
  { backward, forward }: Change,
  { older, newer }: { older: string; newer: string },
  text: string,
): string[] {
  const [before, now] = older === newer ? [`the released ${older}`, `today’s ${newer}`] : [older, newer]
  const directions = [
    ...directionLines(backward, `an event published as ${before}`, `a handler of ${now}`),
    ...directionLines(forward, `an event published as ${now}`, `a handler of ${before}`),
  ]
  if (directions.length === 0) return [`    compatible: handlers of ${before} and of ${now} read each other’s events`]
  return /^(?:acknowledged|allowed)/.test(text) ? [...directions, `    ${text}`] : directions
}

function directionLines({ verdict, reason, example }: Outcome, event: string, handler: string): string[] {
  if (verdict === 'compatible') return []
  if (verdict === 'unknown')
    return [`    unknown: whether ${event} breaks ${handler}, which ${reason}; no example was found`]
  return [`    breaking: ${event} breaks ${handler}, which ${reason}`, `      ${shown(example)}`]
}

function shown(example: unknown): string {
  const text = JSON.stringify(example)
  return text.length <= exampleLength ? text : `${text.slice(0, exampleLength)}… (${text.length} characters)`
}
