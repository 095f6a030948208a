import { endStuckHandlers } from '../shutdown/handler-run.ts'
import { endDeafLoggers } from '../shutdown/logger-run.ts'
import type { SoakCase } from '../soak-case.ts'

/** Ends under load while something hangs. */
export const shutdown: SoakCase = {
  name: 'shutdown',
  title: 'A handler that never settles, and a MongoDB that says nothing, do not keep a process; the next one goes on.',
  parts: (form) => {
    const rounds = form === 'short' ? 1 : 5
    return [
      { name: 'stuck handler', run: (context) => endStuckHandlers(context, rounds) },
      { name: 'event logger without MongoDB', run: (context) => endDeafLoggers(context, rounds) },
    ]
  },
}
