import type { Member } from '../household.ts'
import type { Scene, Story } from '../scene.ts'
import type { DataByDomain, SimulatedEvent } from '../simulated-event.ts'
import { notifying } from './notifying.ts'

type Bill = DataByDomain['bills']['bill.created']

const payees = [
  { title: 'Electricity', category: 'electricity', name: 'City Power', low: 4_000, high: 14_000 },
  { title: 'Water', category: 'water', name: 'Waterworks', low: 2_000, high: 6_000 },
  { title: 'Internet', category: 'internet', name: 'FibreNet', low: 2_999, high: 5_999 },
  { title: 'Rent', category: 'rent', name: 'Harbour Homes', low: 60_000, high: 220_000 },
  { title: 'Household insurance', category: 'insurance', name: 'SafeHouse', low: 800, high: 3_000 },
  { title: 'Film streaming', category: 'subscription', name: 'Flicks', low: 799, high: 1_799 },
  { title: 'Day care', category: 'childcare', name: 'Little Bears', low: 12_000, high: 60_000 },
] as const
const dayMinutes = 1_440

/** A bill comes in, is perhaps put off, and is paid in time; or it was entered late and is overdue before it is paid. */
export function* invoice(scene: Scene): Story {
  const { random } = scene
  const late = random.chance(0.15)
  const author = scene.anyone()
  let bill = incoming(scene, author, late ? -random.integer(1, 5) : random.integer(4, 21))
  yield scene.event('bills', 'bill.created', bill, { by: author })
  yield random.integer(60, dayMinutes)
  if (late) {
    yield* reminder(scene, bill)
  } else if (random.chance(0.2)) {
    bill = { ...bill, dueOn: scene.day(random.integer(5, 25)) }
    yield postponement(scene, bill)
  }
  yield random.integer(1, 2) * dayMinutes
  yield* payment(scene, bill)
}

function incoming(scene: Scene, author: Member, dueInDays: number): Bill {
  const { random, household } = scene
  const { title, category, name, low, high } = random.pick(payees)
  const { currency, members } = household
  const share = random.integer(Math.ceil(low / members.length), Math.floor(high / members.length))
  const amount = { amount: share * members.length, currency }
  const split = members.map(({ userId }) => ({ memberId: userId, share: { amount: share, currency } }))
  return {
    billId: `bill-${random.text(8)}`,
    title,
    amount,
    dueOn: scene.day(dueInDays),
    payee: { name, reference: `R-${random.integer(100_000, 999_999)}` },
    category,
    ...(members.length > 1 && random.chance(0.5) ? { split } : undefined),
    recurrence: { frequency: 'monthly', interval: 1 },
    createdBy: author.userId,
  }
}

function postponement(scene: Scene, { billId, dueOn }: Bill): SimulatedEvent {
  const by = scene.anyone()
  return scene.event('bills', 'bill.updated', { billId, changes: { dueOn }, updatedBy: by.userId }, { by })
}

function* reminder(scene: Scene, { billId, title, amount, dueOn }: Bill): Story {
  const payer = scene.anyone()
  const daysOverdue = Math.round((Date.parse(scene.day(0)) - Date.parse(dueOn)) / 86_400_000)
  const overdue = scene.event(
    'bills',
    'bill.overdue',
    { billId, title, amount, dueOn, daysOverdue, responsible: [payer.userId] },
    {},
  )
  yield overdue
  yield* notifying(scene, overdue, payer, {
    template: 'bill-overdue',
    title: `${title} is overdue`,
    target: { kind: 'bill', id: billId },
    action: 'pay',
    urgent: true,
  })
}

function* payment(scene: Scene, { billId, title, amount, dueOn }: Bill): Story {
  const { random } = scene
  const payer = scene.anyone()
  const method = random.pick(['transfer', 'direct-debit', 'card', 'wallet'])
  const paid = scene.event(
    'bills',
    'bill.paid',
    { billId, title, amount, dueOn, method, paidBy: payer.userId, paidAt: scene.at(0) },
    { by: payer },
  )
  yield paid
  yield scene.event(
    'households',
    'household.activity',
    {
      kind: 'bill-paid',
      summary: `${payer.name} paid: ${title}`,
      actorId: payer.userId,
      about: { kind: 'bill', id: billId },
    },
    { cause: paid },
  )
}
