/** A source of numbers that a seed determines. */
export interface Random {
  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number
  /** One of these, of which there is at least one. */
  pick<const Items extends readonly [unknown, ...unknown[]]>(items: Items): Items[number]
  /** Whether something of this probability happens. */
  chance(probability: number): boolean
  /** Letters and digits of 5 random bits each. */
  text(length: number): string
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
// Two letters at a time: making ids is a good part of making events.
const pairs = Array.from({ length: 1024 }, (_, bits) => `${alphabet[bits >> 5]}${alphabet[bits & 31]}`)
const pairBits = 10
const pairsOfDraw = 3

/** Makes the random numbers of a seed: sfc32, small and fast, which is what a simulation needs and a secret does not. */
export function createRandom(seed: number): Random {
  const draw = sfc32(seed)
  const integer = (low: number, high: number): number => low + Math.floor((draw() / 2 ** 32) * (high - low + 1))
  return {
    integer,
    pick: (items) => items[integer(0, items.length - 1)],
    chance: (probability) => draw() / 2 ** 32 < probability,
    text: (length) => randomText(draw, length),
  }
}

function randomText(draw: () => number, length: number): string {
  let text = ''
  while (text.length < length) {
    let bits = draw()
    for (let pair = 0; pair < pairsOfDraw; pair++) {
      text += pairs[bits & 1023]
      bits >>>= pairBits
    }
  }
  return text.slice(0, length)
}

/** Source: Chris Doty-Humphrey, PractRand. */
function sfc32(seed: number): () => number {
  let a = 0
  let b = seed | 0
  let c = Math.floor(seed / 2 ** 32) | 0
  let counter = 1
  const draw = (): number => {
    const result = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + result
    c |= 0
    return result >>> 0
  }
  // The first draws still show the seed's bits.
  for (let i = 0; i < 12; i++) draw()
  return draw
}
