import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { keptReports, pageFile, pageWith } from './page.ts'
import { brokenPart, donePart, totalsLine, totalsOf } from './report.ts'
import { atMost, noViolations, type PartReport } from './soak-case.ts'

describe('docs/soak.md', () => {
  it('has the figures of the reports in docs/soak', async () => {
    const page = await readFile(pageFile, 'utf8')
    expect(page, 'Run pnpm soak --page.').toBe(pageWith(page, await keptReports()))
  })
})

describe('a soak', () => {
  const report: PartReport = {
    events: 10,
    faults: 2,
    invariants: noViolations,
    figures: [atMost('copies', 1, 1, 'messages')],
  }

  it('counts a figure that was missed, a violation and a part that ended before its time', () => {
    const missed = donePart('b', { ...report, figures: [atMost('copies', 2, 1, 'messages')] }, 1)
    const violated = donePart('c', { ...report, invariants: { ...noViolations, missing: 3 } }, 1)
    const parts = [donePart('a', report, 1), missed, violated, brokenPart('d', new Error('lost its way'), 1)]
    expect(parts.map(({ met }) => met)).toEqual([true, false, false, false])
    const line = totalsLine(totalsOf([{ name: 'cuts', title: 'Cuts.', met: false, parts }]))
    expect(line).toBe(
      'cases 1, parts 4, events 30, faults 6, acknowledged but missing 3, recorded twice 0, effects twice 0, out of order 0, unaccounted 0, figures missed 2',
    )
  })
})
