const lineWidth = 100

/** How a value is written: as JSON, or as TypeScript in this repository's style. */
export type LiteralStyle = 'json' | 'ts'

/** Writes a value that JSON has over as few lines as fit, for people to read. */
export function literal(value: unknown, style: LiteralStyle, indent = ''): string {
  const short = oneLine(value, style)
  if (indent.length + short.length <= lineWidth || typeof value !== 'object' || value === null) return short
  const deeper = `${indent}  `
  if (Array.isArray(value)) {
    return broken(
      '[',
      value.map((item) => literal(item, style, deeper)),
      ']',
      style,
      indent,
    )
  }
  const fields = Object.entries(value).map(([name, field]) => `${key(name, style)}: ${literal(field, style, deeper)}`)
  return broken('{', fields, '}', style, indent)
}

function broken(open: string, parts: readonly string[], close: string, style: LiteralStyle, indent: string): string {
  const end = style === 'ts' ? ',' : ''
  return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(',\n')}${end}\n${indent}${close}`
}

function oneLine(value: unknown, style: LiteralStyle): string {
  if (typeof value === 'string') return text(value, style)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => oneLine(item, style)).join(', ')}]`
  const fields = Object.entries(value).map(([name, field]) => `${key(name, style)}: ${oneLine(field, style)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

function text(value: string, style: LiteralStyle): string {
  const quoted = JSON.stringify(value)
  if (style === 'json' || value.includes("'")) return quoted
  // JSON's escapes are TypeScript's; only the quotes change sides.
  return `'${quoted.slice(1, -1).replaceAll('\\"', '"')}'`
}

function key(name: string, style: LiteralStyle): string {
  return style === 'ts' && /^[A-Za-z_$][\w$]*$/.test(name) ? name : text(name, style)
}
