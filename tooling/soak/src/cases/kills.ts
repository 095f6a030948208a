import type { Kind } from '../kills/instance.ts'
import { pointsOf } from '../kills/instance.ts'
import { type ChainPlan, dealt, runChains } from '../kills/kill-part.ts'
import type { SoakCase, SoakPart } from '../soak-case.ts'

/** How often each point is met in a full form. */
const ROUNDS = 5

/** Programs killed and stopped at named points of their work. */
export const kills: SoakCase = {
  name: 'kills',
  title: 'Event logger and handler are killed, or stopped until another has taken over, at each named point.',
  parts: (form) => (form === 'short' ? [short] : full()),
}

const short: SoakPart = {
  name: 'each point once, SIGKILL',
  run: (context) => {
    const plans = (kind: Kind, chains: number): ChainPlan[] =>
      dealt(kind, chains).map((points) => ({ kind, how: 'SIGKILL', points }))
    return runChains(context, [...plans('brief logger', 3), ...plans('handler', 3)])
  },
}

function full(): SoakPart[] {
  return (['logger', 'handler'] as const).flatMap((kind) =>
    (['SIGKILL', 'SIGSTOP'] as const).map((how) => ({
      name: `${kind} ${how}`,
      run: (context) => {
        const plan: ChainPlan = { kind, how, points: pointsOf[kind] }
        return runChains(
          context,
          Array.from({ length: ROUNDS }, () => plan),
        )
      },
    })),
  )
}
