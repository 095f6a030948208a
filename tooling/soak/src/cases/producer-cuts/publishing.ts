import { untilHandled, untilRecorded } from '../../drain.ts'
import { type SoakEvent, soakEvents } from '../../events.ts'
import { countInvariants, type Findings, reportOf } from '../../invariants.ts'
import { publishAll } from '../../publishing.ts'
import { atMost, type PartReport, type SoakContext } from '../../soak-case.ts'
import type { SoakStack } from '../../stack.ts'
import { createStand, type Stand } from '../../stand.ts'
import { type Cut, createCutCounts, cutsOf, REPEATED } from './cut.ts'

const apis = ['ApiVersions', 'Metadata', 'InitProducerId', 'Produce']

/** How many events a number of concurrent callers publishes under one cut. */
const events: Readonly<Record<number, number>> = { 1: 40, 20: 400, 200: 2_000 }

/** Cuts publishers: each API, before and after, with 1, 20 and 200 callers, once and repeatedly. */
export async function cutPublishers(context: SoakContext): Promise<PartReport> {
  const { form, seed, signal, logDir, log } = context
  const stack = await context.stack()
  await using stand = await createStand({
    servers: stack,
    name: `producer-cuts-${seed}`,
    domains: { tasks: 3, bills: 3 },
    handledTypes: ['bill.created', 'bill.paid'],
    logDir,
  })
  // Past the proxy: every cut here is a publisher's.
  const direct = { KAFKA_BROKERS: stack.brokers.join(',') }
  stand.startLogger(direct)
  stand.startHandler(direct)
  const isShort = form === 'short'
  const rounds = isShort ? 1 : 2
  const once = new Set<string>()
  const counts = createCutCounts()
  const source = recorded(soakEvents(seed, { domains: stand.domains }), once)
  for (let round = 0; round < rounds; round++) {
    for (const cut of cutsOf(apis, [1, REPEATED])) {
      for (const callers of isShort && cut.times > 1 ? [20] : [1, 20, 200]) {
        signal.throwIfAborted()
        source.isOnce = cut.times === 1
        await publishUnderCut(stand, stack, { cut, callers, round, events: source.events, inject: counts.inject })
      }
    }
    log(`round ${round + 1} of ${rounds}: ${counts.total} cuts`)
  }
  await untilRecorded(stand, { timeoutMs: 300_000, signal })
  await untilHandled(stand, { timeoutMs: 300_000, signal })
  const findings = await countInvariants(stand)
  for (const example of findings.examples) log(example)
  const figures = [...copyFigures(findings, once), ...counts.figures()]
  return reportOf(stand, findings, { faults: counts.total, figures })
}

interface CutRun {
  readonly cut: Cut
  readonly callers: number
  readonly round: number
  readonly events: Iterator<SoakEvent, unknown>
  readonly inject: ReturnType<typeof createCutCounts>['inject']
}

async function publishUnderCut(stand: Stand, stack: SoakStack, run: CutRun): Promise<void> {
  const { cut, callers, round, inject } = run
  // Connections of its own, so that the requests with which a publisher begins are made, and can be cut.
  await using publisher = stand.openPublisher()
  const fault = inject(stack.kafkaProxy, cut, cut.api === 'Produce' ? round : 0)
  await publishAll(publisher, { events: run.events, count: events[callers] ?? callers * 10, callers })
  fault.lift()
}

/** The source, which writes down the events that are published while a single cut is loose. */
function recorded(from: Iterator<SoakEvent, unknown>, once: Set<string>) {
  const source = {
    isOnce: false,
    events: {
      next(): IteratorResult<SoakEvent, unknown> {
        const result = from.next()
        if (!result.done && source.isOnce) once.add(result.value.event.fields.id)
        return result
      },
    },
  }
  return source
}

function copyFigures({ topic }: Findings, once: ReadonlySet<string>) {
  const copiesOfOnce = [...once].reduce((sum, id) => sum + Math.max(0, (topic.ids.get(id) ?? 0) - 1), 0)
  return [
    atMost('copies after a single cut', copiesOfOnce, 0, 'messages'),
    // The same batch goes out under the same producer id and sequence: no batch's producer is ever replaced here.
    atMost('messages of one event', topic.mostOfOne, 1, 'messages'),
  ]
}
