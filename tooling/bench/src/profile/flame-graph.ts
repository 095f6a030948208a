import { type HierarchyRectangularNode, hierarchy, partition } from 'd3-hierarchy'
import type { Frame } from './cpu-profile.ts'

const WIDTH = 1_200
const ROW = 17
const MARGIN = 8
const HEAD = 34
const CHARACTER = 6.4
/** A quarter of a percent; narrower ones could not be read. */
const NARROWEST = 3

const colours: Readonly<Record<string, string>> = {
  V8: '#c8c8c8',
  node: '#b7d3a8',
  kafkajs: '#f0b27a',
  '@platformatic/kafka': '#f0b27a',
  mongodb: '#a9cce3',
  bson: '#a9cce3',
  zod: '#d2b4de',
  bench: '#f7dc6f',
}
/** The packages of this project. */
const OURS = '#ec7063'
const OTHER = '#d5d8dc'

type Block = HierarchyRectangularNode<Frame>

/** Draws a call tree as a flame graph: an SVG picture in which a block is as wide as its function took time. */
export function flameGraph(root: Frame, title: string): string {
  const tree = hierarchy(root, ({ children }) => [...children])
    .sum(({ selfUs }) => selfUs)
    .sort((a, b) => (a.data.name < b.data.name ? -1 : 1))
  const laidOut = partition<Frame>().size([WIDTH - 2 * MARGIN, 1])(tree)
  const blocks = laidOut.descendants().filter((block) => widthOf(block) >= NARROWEST)
  const depth = Math.max(...blocks.map((block) => block.depth))
  const height = HEAD + (depth + 1) * ROW + MARGIN
  const totalUs = laidOut.value ?? 0
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="ui-monospace, monospace" font-size="11" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="${MARGIN}" y="16" font-size="13">${escaped(title)}</text>`,
    legend(blocks, totalUs),
    ...blocks.map((block) => blockOf(block, { totalUs, bottom: height - MARGIN })),
    '</svg>\n',
  ].join('\n')
}

function blockOf(block: Block, { totalUs, bottom }: { readonly totalUs: number; readonly bottom: number }): string {
  const { name, origin } = block.data
  const [x, y] = [MARGIN + block.x0, bottom - (block.depth + 1) * ROW]
  const width = widthOf(block)
  const text = name.slice(0, Math.max(0, Math.floor((width - 4) / CHARACTER)))
  const share = (((block.value ?? 0) / totalUs) * 100).toFixed(1)
  return [
    `<g><title>${escaped(name)} (${escaped(origin)}): ${share} %</title>`,
    `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="${colourOf(origin)}"/>`,
    text.length < 3 ? '' : `<text x="${(x + 2).toFixed(1)}" y="${y + 12}">${escaped(text)}</text>`,
    '</g>',
  ].join('')
}

/** What each origin took by itself, the largest first. */
function legend(blocks: readonly Block[], totalUs: number): string {
  const shares = new Map<string, number>()
  for (const { data } of blocks[0]?.descendants() ?? [])
    shares.set(data.origin, (shares.get(data.origin) ?? 0) + data.selfUs)
  const largest = [...shares].sort(([, a], [, b]) => b - a).slice(0, 8)
  let x = MARGIN
  return largest
    .map(([origin, us]) => {
      const text = `${origin} ${((us / totalUs) * 100).toFixed(0)} %`
      const item = `<rect x="${x}" y="21" width="9" height="9" fill="${colourOf(origin)}"/><text x="${x + 12}" y="30">${escaped(text)}</text>`
      x += Math.ceil(text.length * CHARACTER + 26)
      return item
    })
    .join('\n')
}

function widthOf({ x0, x1 }: Block): number {
  return x1 - x0
}

function colourOf(origin: string): string {
  return colours[origin] ?? (ourPackages.test(origin) ? OURS : OTHER)
}

const ourPackages = /^(events-core|producer|consumer|outbox|event-log|event-logger|transport-\w+|tasks|project)$/

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
