/** The word that was probably meant: the one that the fewest changes lead to, two at most; undefined where none is near. */
export function likeliest(word: string, words: readonly string[]): string | undefined {
  // Longer ones are no slip of the pen, and comparing takes the square of the length.
  if (word.length > 20) return undefined
  const near = words.map((known) => ({ known, changes: changesBetween(word.toLowerCase(), known) }))
  const best = near.reduce((a, b) => (b.changes < a.changes ? b : a), { known: '', changes: 3 })
  return best.changes <= 2 ? best.known : undefined
}

/** How many characters have to be put in, left out or replaced (Levenshtein's distance). */
function changesBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [index, character] of [...a].entries()) {
    const next = [index + 1]
    for (let column = 1; column <= b.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (character === b[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? a.length
}
