/**
 * Reads AsyncAPI documents, a JSON list of texts, from standard input; writes for each what the official parser says.
 *
 * A program of its own: under Vitest's conditions a dependency of the parser loads modules that lack a file.
 */
import { text } from 'node:stream/consumers'
import { DiagnosticSeverity, Parser } from '@asyncapi/parser'

const documents = JSON.parse(await text(process.stdin)) as readonly string[]
const parser = new Parser()
const results: { version: string | undefined; wrong: readonly string[] }[] = []
for (const source of documents) {
  const { document, diagnostics } = await parser.parse(source)
  const wrong = diagnostics
    .filter(({ severity }) => severity <= DiagnosticSeverity.Warning)
    .map(({ path, message }) => `${path.join('.')}: ${message}`)
  results.push({ version: document?.version(), wrong })
}
process.stdout.write(JSON.stringify(results))
