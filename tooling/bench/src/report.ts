import type { Machine } from './machine.ts'
import type { Result } from './measure.ts'

/** Measures cases one after the other: each row is printed once it is there, or with `json` one document at the end. */
export async function reportCases<Case extends { readonly name: string }>(
  chosen: readonly Case[],
  measured: (one: Case) => Promise<readonly Result[]>,
  { machine, json }: { readonly machine: Machine; readonly json: boolean },
): Promise<void> {
  const results: Result[] = []
  if (!json) console.log(`${JSON.stringify(machine)}\n\n${tableHead}`)
  for (const one of chosen) {
    console.error(`measuring ${one.name} …`)
    const found = await measured(one)
    results.push(...found)
    if (!json) for (const result of found) console.log(row(result))
  }
  if (json) console.log(JSON.stringify({ machine, results }, null, 2))
}

/** One result as a row of a Markdown table. */
function row(result: Result): string {
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

const tableHead = '| name | ours | peer | ratio (spread) | goal | |\n| --- | --- | --- | --- | --- | --- |'

function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}
