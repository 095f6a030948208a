import { calm } from './cases/calm.ts'
import type { SoakCase } from './soak-case.ts'

/** Every case, in the order in which it is run. */
export const cases: readonly SoakCase[] = [calm]
