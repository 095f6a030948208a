import { brokerGone } from './cases/broker-gone.ts'
import { calm } from './cases/calm.ts'
import { defects } from './cases/defects.ts'
import { kills } from './cases/kills.ts'
import { leaderBounces } from './cases/leader-bounces.ts'
import { mongoPrimary } from './cases/mongo-primary.ts'
import { poison } from './cases/poison.ts'
import { producerCuts } from './cases/producer-cuts.ts'
import { rebalanceStorm } from './cases/rebalance-storm.ts'
import { replayKills } from './cases/replay-kills.ts'
import { schedules } from './cases/schedules.ts'
import { shutdown } from './cases/shutdown.ts'
import { soak } from './cases/soak.ts'
import { stuckProcess } from './cases/stuck-process.ts'
import type { SoakCase } from './soak-case.ts'

/** Every case, in the order in which it is run. */
export const cases: readonly SoakCase[] = [
  calm,
  producerCuts,
  soak,
  schedules,
  kills,
  rebalanceStorm,
  poison,
  shutdown,
  stuckProcess,
  defects,
  leaderBounces,
  brokerGone,
  mongoPrimary,
  replayKills,
]
