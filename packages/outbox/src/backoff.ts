const FIRST_MS = 50
const LONGEST_MS = 5000

/** How long to wait after a number of failures, in milliseconds: doubled each time up to 5 s, less up to a fifth. */
export function backoffMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)) * (1 - Math.random() / 5)
}
