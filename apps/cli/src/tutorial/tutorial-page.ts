/** One block of code of a page: what kind it is, what its fence says further, and where it stands. */
export interface PageBlock {
  readonly language: string
  /** What follows the language: the program whose output a `text` block shows. */
  readonly about: string
  /** The line of the page on which its fence is. */
  readonly line: number
  readonly text: string
}

/** Reads the blocks of code of a Markdown page, in their order. */
export function blocksOf(page: string): readonly PageBlock[] {
  return [...page.matchAll(/^```(\w+)[ ]?(.*)\n([\s\S]*?)^```$/gm)].map((match) => {
    const [, language = '', about = '', text = ''] = match
    return { language, about, line: page.slice(0, match.index).split('\n').length, text }
  })
}

/** What the placeholders of a page stand for, such as `<event>`. */
export type Names = Map<string, string>

/** Puts in what placeholders stand for. Throws where one has not been shown before. */
export function filledIn(text: string, names: Names): string {
  return text.replace(/<([a-z-]+)>/g, (placeholder, name: string) => {
    const value = names.get(name)
    if (value === undefined) throw new Error(`The page uses ${placeholder} before any output has shown it.`)
    return value
  })
}

/**
 * The pattern of what a page shows as output, all of it. `…` stands for anything in a line, a line of it alone for any lines; a
 * time for any time, runs of spaces for any of them; a placeholder for a word, the same one wherever it stands.
 */
export function patternOf(shown: string, names: Names): RegExp {
  const named = new Set<string>()
  const lines = shown.trimEnd().split('\n')
  const source = lines
    .map((line) => (line.trim() === '…' ? '(?:.*\\n)*?' : `^${linePattern(line.trimEnd(), names, named)}\\n`))
    .join('')
  return new RegExp(`(?<![^])${source}\\n*(?![^])`, 'm')
}

const special = /(<[a-z-]+>|…|\d{4}-\d\d-\d\dT[\d:.]+Z| {2,})/

function linePattern(line: string, names: Names, named: Set<string>): string {
  const parts = line.split(special).map((part) => {
    if (part === '…') return '.*'
    if (/^ {2,}$/.test(part)) return ' +'
    if (/^\d{4}-.*Z$/.test(part)) return '[\\d-]{10}T[\\d:.]+Z'
    const name = /^<([a-z-]+)>$/.exec(part)?.[1]
    return name === undefined ? escaped(part) : namePattern(name, names, named)
  })
  return parts.join('')
}

function namePattern(name: string, names: Names, named: Set<string>): string {
  const known = names.get(name)
  if (known !== undefined) return escaped(known)
  const group = name.replaceAll('-', '_')
  if (named.has(name)) return `\\k<${group}>`
  named.add(name)
  return `(?<${group}>[^\\s,.]+)`
}

/** Text as a pattern of nothing but itself. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** Whether output is as a page shows it; keeps what its placeholders stand for. */
export function learn(pattern: RegExp, output: string, names: Names): boolean {
  const match = pattern.exec(output)
  for (const [group, value] of Object.entries(match?.groups ?? {})) names.set(group.replaceAll('_', '-'), value)
  return match !== null
}

/** Changes a text as a `diff` block says: each run of removed lines, found once, becomes the added ones after it. */
export function changed(text: string, diff: string): string {
  const removed =
    diff
      .match(/^-.*\n/gm)
      ?.map((line) => line.slice(1))
      .join('') ?? ''
  const added =
    diff
      .match(/^\+.*\n/gm)
      ?.map((line) => line.slice(1))
      .join('') ?? ''
  if (removed === '' || text.split(removed).length !== 2) throw new Error(`Not found once in the file:\n${removed}`)
  return text.replace(removed, () => added)
}
