import type { CausedEvent, LoggedCausation, LoggedCorrelation } from '../logger/log-client.ts'
import { eventText } from './event-columns.ts'

/** Draws causes and effects as a tree, the first cause at its root; the event itself has a mark. */
export function causationText({ event, ancestors, missingCause, descendants, cuts }: LoggedCausation): string[] {
  const chain = [...ancestors].reverse()
  const lines = missingCause ? [`? ${missingCause} is not recorded, or not yet`] : []
  for (const [depth, ancestor] of chain.entries()) lines.push(branch(depth + rowsOf(missingCause), eventText(ancestor)))
  const own = chain.length + rowsOf(missingCause)
  lines.push(branch(own, `${eventText(event)}  <- this one`))
  const draw = (caused: readonly CausedEvent[], depth: number): void => {
    for (const one of caused) {
      lines.push(branch(depth, eventText(one.event)))
      draw(one.caused, depth + 1)
    }
  }
  draw(descendants, own + 1)
  return [...lines, ...cuts.map(({ message }) => message)]
}

/** Draws the events of a correlation, effects below their causes. */
export function correlationText({ events, missingCauses, cut }: LoggedCorrelation): string[] {
  const lines = events.map(({ event, depth }) => branch(depth, eventText(event)))
  const missing = missingCauses.map((id) => `? ${id}, named as a cause, is not recorded, or not yet`)
  return [...lines, ...missing, ...(cut ? [cut] : [])]
}

function rowsOf(missingCause: string | null | undefined): number {
  return missingCause ? 1 : 0
}

function branch(depth: number, text: string): string {
  return depth === 0 ? text : `${'   '.repeat(depth - 1)}└─ ${text}`
}
