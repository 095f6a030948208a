import type { Result } from './measure.ts'

/** One result as a row of a Markdown table. */
export function row(result: Result): string {
  const { name, ours, peer, peerName, unit, ratio, spread, goal, met } = result
  const cells = [
    name,
    `${figure(ours)} ${unit}`,
    `${figure(peer)} ${unit} (${peerName})`,
    `${ratio.toFixed(2)} (${spread.min.toFixed(2)} to ${spread.max.toFixed(2)})`,
    String(goal),
    met ? 'met' : 'missed',
  ]
  return `| ${cells.join(' | ')} |`
}

/** The head of the table that {@link row} makes rows for. */
export const tableHead = '| name | ours | peer | ratio (spread) | goal | |\n| --- | --- | --- | --- | --- | --- |'

function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}
