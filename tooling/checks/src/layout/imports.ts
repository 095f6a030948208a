import { parseSync, Visitor } from 'oxc-parser'

/** One import of a source file, of whichever form. */
export interface Import {
  /** What is imported, as written: `./order.ts`, `@house-helper/tasks`, `node:fs`. */
  specifier: string
  line: number
}

/** Lists what a TypeScript source imports: static, dynamic, re-exported, and types. Throws when it can't be parsed. */
export function importsOf(file: string, source: string): Import[] {
  const { program, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file} can't be parsed: ${errors[0]?.message}`)
  const found: Import[] = []
  const add = (node: { value?: unknown; start: number } | null | undefined) => {
    if (typeof node?.value === 'string') found.push({ specifier: node.value, line: lineAt(source, node.start) })
  }
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source as { value?: unknown; start: number }),
    TSImportType: (node) => add(node.source),
  }).visit(program)
  return found
}

function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length
}
