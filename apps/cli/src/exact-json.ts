/** JSON with the source text of its numbers (ECMAScript's JSON.parse source text access, in Node since 21). */
interface ExactJson {
  parse(text: string, revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown
  rawJSON(source: string): unknown
}

const exact = JSON as unknown as ExactJson

/**
 * Parses JSON so that `JSON.stringify` writes every number as it was: 64-bit integers and `1.0` survive.
 *
 * A number that JavaScript would write otherwise becomes an object of `JSON.rawJSON`; all else is as with `JSON.parse`.
 *
 * @throws SyntaxError when the text is not JSON.
 */
export function parseExactJson(text: string): unknown {
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? exact.rawJSON(source) : value,
  )
}
