import { readFile } from 'node:fs/promises'
import { type Environment, type EnvironmentProblem, readEnvironment } from '@house-helper/contracts'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { CliError } from '../errors.ts'

/** Which environment of which file a command works with. */
export interface EnvironmentOptions {
  readonly file?: string
  readonly environment?: string
}

/**
 * Reads an environment from the file that the options name, YAML or JSON; undefined where they name none.
 *
 * @throws CliError `USAGE` naming the file, the line and the place of everything that is wrong.
 */
export async function environmentOf(
  { file, environment }: EnvironmentOptions,
  domains: readonly string[],
): Promise<Environment | undefined> {
  if (file === undefined) {
    if (environment === undefined) return undefined
    throw new CliError('USAGE', '--environment is one of a file: name the file with --file.')
  }
  const lines = new LineCounter()
  const document = parseDocument(await textOf(file), { lineCounter: lines, prettyErrors: false })
  const [broken] = document.errors
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0])
    throw new CliError('USAGE', `${file}:${line}:${col} is no YAML or JSON: ${broken.message}.`)
  }
  const read = readEnvironment(document.toJS(), environment, domains)
  if (read.ok) return read.value
  const problems = read.problems.map((problem) => `  ${problemText(file, document, lines, problem)}`)
  throw new CliError('USAGE', `${file} cannot be used:\n${problems.join('\n')}`)
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CliError('USAGE', `--file ${file} cannot be read: ${why}.`, { cause: error })
  }
}

function problemText(file: string, document: Document, lines: LineCounter, problem: EnvironmentProblem): string {
  const { path, message } = problem
  const place = path.length === 0 ? 'the file' : path.join('.')
  return `${file}:${lineOf(document, lines, path)} ${place} ${message}`
}

/** The line of a place; of what is missing, the line of what it is missing in. */
function lineOf(document: Document, lines: LineCounter, path: EnvironmentProblem['path']): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}
