import { randomUUID } from 'node:crypto'
import type { Logger } from '@house-helper/events-core'
import type { Collection } from 'mongodb'
import { z } from 'zod'
import { type LeaseDocument, SLOTS } from './collections.ts'

/** What leases need. */
export interface LeasesOptions {
  readonly leases: Collection<LeaseDocument>
  readonly leaseMs: number
  readonly logger: Logger
  /** Whether something of a slot is being sent. */
  readonly busy: (slot: number) => boolean
}

const slotIds: readonly string[] = Array.from({ length: SLOTS }, (_, slot) => `slot:${slot}`)
const viewSchema = z.array(z.object({ _id: z.string(), holder: z.string().nullish(), alive: z.boolean() }))
type View = z.infer<typeof viewSchema>

/** By the server's clock, so that the clocks of the relays don't matter. */
const expired = { $expr: { $lte: ['$until', '$$NOW'] } }

/**
 * The leases say which slots this relay sends. Each change is a compare-and-set on the holder; relays that live share the
 * slots equally. A lease ends here before it ends on the server: its time counts from before it was asked for.
 */
export class Leases {
  readonly holder = randomUUID()
  readonly #options: LeasesOptions
  #held: ReadonlySet<number> = new Set()
  #leaving: ReadonlySet<number> = new Set()
  #untilMs = 0

  constructor(options: LeasesOptions) {
    this.#options = options
  }

  /** The slots whose entries may be sent now. */
  get slots(): readonly number[] {
    return this.remainingMs > 0 ? [...this.#held].filter((slot) => !this.#leaving.has(slot)) : []
  }

  /** How long the leases last for certain, in milliseconds. */
  get remainingMs(): number {
    return this.#untilMs - performance.now()
  }

  /** Whether a slot is still this relay's. */
  holds(slot: number): boolean {
    return this.remainingMs > 0 && this.#held.has(slot)
  }

  /** Writes down the slots that nobody ever had. */
  async prepare(): Promise<void> {
    const nobody = { holder: null, until: new Date(0) }
    await this.#options.leases.bulkWrite(
      slotIds.map((_id) => ({ updateOne: { filter: { _id }, update: { $setOnInsert: nobody }, upsert: true } })),
      { ordered: false },
    )
  }

  /** Renews what is held, then takes or lets go so that every relay has its share. */
  async renew(): Promise<void> {
    const { leases, leaseMs } = this.#options
    const untilMs = performance.now() + leaseMs
    await leases.updateOne({ _id: this.#id }, this.#lease(), { upsert: true })
    await leases.updateMany({ _id: { $in: slotIds }, holder: this.holder }, this.#lease())
    const view = await this.#view()
    this.#held = slotsOf(view.filter(({ holder }) => holder === this.holder))
    this.#untilMs = untilMs
    const relays = Math.max(1, view.filter(({ _id, alive }) => alive && _id.startsWith('relay:')).length)
    const share = Math.ceil(SLOTS / relays)
    await this.#letGo(share)
    await this.#take(view, share)
    await leases.deleteMany({ _id: /^relay:/, ...expired })
  }

  /** Lets go of everything, so that others need not wait for the leases to end. */
  async release(): Promise<void> {
    const { leases } = this.#options
    this.#untilMs = 0
    this.#held = new Set()
    await leases.updateMany({ _id: { $in: slotIds }, holder: this.holder }, { $set: { holder: null } })
    await leases.deleteOne({ _id: this.#id })
  }

  get #id(): string {
    return `relay:${this.holder}`
  }

  #lease(): object[] {
    return [{ $set: { holder: this.holder, until: { $add: ['$$NOW', this.#options.leaseMs] } } }]
  }

  async #view(): Promise<View> {
    const pipeline = [{ $project: { holder: 1, alive: { $gt: ['$until', '$$NOW'] } } }]
    return viewSchema.parse(await this.#options.leases.aggregate(pipeline).toArray())
  }

  /** Lets slots go that are more than this relay's share, once nothing of them is on its way. */
  async #letGo(share: number): Promise<void> {
    const { leases, busy, logger } = this.#options
    this.#leaving = new Set([...this.#held].slice(share))
    const idle = [...this.#leaving].filter((slot) => !busy(slot))
    if (idle.length === 0) return
    this.#held = new Set([...this.#held].filter((slot) => !idle.includes(slot)))
    const ids = idle.map((slot) => `slot:${slot}`)
    await leases.updateMany({ _id: { $in: ids }, holder: this.holder }, { $set: { holder: null } })
    logger.info({ slots: idle.length, held: this.#held.size }, 'A relay has let slots go to another one')
  }

  async #take(view: View, share: number): Promise<void> {
    const others = new Set(view.filter(({ holder, alive }) => holder && alive).map(({ _id }) => _id))
    const own = (id: string): boolean => this.#held.has(slotNumber(id))
    const free = shuffled(slotIds.filter((id) => !others.has(id) && !own(id)))
    const wanted = free.slice(0, Math.max(0, share - this.#held.size))
    const taken = (await Promise.all(wanted.map((id) => this.#takeSlot(id)))).flat()
    if (taken.length === 0) return
    this.#held = new Set([...this.#held, ...taken])
    this.#options.logger.info({ slots: this.#held.size }, 'A relay has taken slots')
  }

  async #takeSlot(id: string): Promise<readonly number[]> {
    const free = { _id: id, $or: [{ holder: null }, expired] }
    const { matchedCount } = await this.#options.leases.updateOne(free, this.#lease())
    return matchedCount === 1 ? [slotNumber(id)] : []
  }
}

function slotsOf(view: View): Set<number> {
  return new Set(view.filter(({ _id }) => _id.startsWith('slot:')).map(({ _id }) => slotNumber(_id)))
}

function slotNumber(id: string): number {
  return Number(id.slice('slot:'.length))
}

/** In random order, so that relays that start together don't try for the same slots. */
function shuffled(ids: readonly string[]): string[] {
  return ids
    .map((id) => ({ id, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ id }) => id)
}
