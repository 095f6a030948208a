import { calm } from './cases/calm.ts'
import { defects } from './cases/defects.ts'
import { kills } from './cases/kills.ts'
import { poison } from './cases/poison.ts'
import { rebalanceStorm } from './cases/rebalance-storm.ts'
import type { SoakCase } from './soak-case.ts'

/** Every case, in the order in which it is run. */
export const cases: readonly SoakCase[] = [calm, kills, rebalanceStorm, poison, defects]
