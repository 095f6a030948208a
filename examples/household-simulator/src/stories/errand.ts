import type { Member } from '../household.ts'
import type { Scene, Story } from '../scene.ts'
import type { DataByDomain, SimulatedEvent } from '../simulated-event.ts'
import { notifying } from './notifying.ts'

type Item = DataByDomain['shopping']['shopping.item.added']

const goods = [
  { name: 'Oat milk', category: 'drinks', unit: 'l', price: 199 },
  { name: 'Bread', category: 'bakery', unit: 'piece', price: 340 },
  { name: 'Apples', category: 'produce', unit: 'kg', price: 289 },
  { name: 'Eggs', category: 'dairy', unit: 'pack', price: 329 },
  { name: 'Pasta', category: 'pantry', unit: 'pack', price: 149 },
  { name: 'Tomatoes', category: 'produce', unit: 'kg', price: 399 },
  { name: 'Cheese', category: 'dairy', unit: 'g', price: 2 },
  { name: 'Frozen peas', category: 'frozen', unit: 'pack', price: 219 },
  { name: 'Dish soap', category: 'household', unit: 'bottle', price: 175 },
  { name: 'Toothpaste', category: 'personal-care', unit: 'piece', price: 245 },
  { name: 'Cat food', category: 'pets', unit: 'can', price: 119 },
  { name: 'Coffee', category: 'pantry', unit: 'pack', price: 749 },
] as const
const stores = ['Corner shop', 'Green Market', 'Superstore', 'Organic & Co'] as const
const lists = ['Weekly shop', 'Weekend', 'Dinner tonight', 'Breakfast', 'Party'] as const

/** A list is started and filled, somebody goes, and most of it is bought. */
export function* errand(scene: Scene): Story {
  const { random } = scene
  const buyer = scene.anyone()
  const author = scene.anyone()
  const listId = `list-${random.text(8)}`
  const name = random.pick(lists)
  const plannedFor = scene.at(random.integer(2, 30) * 60)
  const list = { listId, name, plannedFor, assignedTo: buyer.userId, createdBy: author.userId }
  yield scene.event('shopping', 'shopping.list.created', list, { by: author })
  const items: Item[] = []
  for (let left = random.integer(3, 10); left > 0; left--) {
    yield random.integer(1, 30)
    const { item, added } = addition(scene, listId)
    items.push(item)
    yield added
    if (random.chance(0.1)) yield change(scene, item)
  }
  yield random.integer(30, 300)
  yield* purchase(scene, buyer, listId, name, items)
}

function addition(scene: Scene, listId: string): { item: Item; added: SimulatedEvent } {
  const { random, household } = scene
  const by = scene.anyone()
  const { name, category, unit, price } = random.pick(goods)
  const value = unit === 'g' ? random.integer(1, 5) * 100 : random.integer(1, 4)
  const item: Item = {
    itemId: `item-${random.text(8)}`,
    listId,
    name,
    quantity: { value, unit },
    category,
    estimatedPrice: { amount: value * price, currency: household.currency },
    addedBy: by.userId,
  }
  return { item, added: scene.event('shopping', 'shopping.item.added', item, { by }) }
}

function change(scene: Scene, { itemId, listId }: Item): SimulatedEvent {
  const by = scene.anyone()
  const note = scene.random.pick(['The one in the green box', 'Only if it is fresh', 'The big one', null])
  return scene.event(
    'shopping',
    'shopping.item.updated',
    { itemId, listId, changes: { note }, updatedBy: by.userId },
    { by },
  )
}

function* purchase(scene: Scene, buyer: Member, listId: string, name: string, items: readonly Item[]): Story {
  const { random, household } = scene
  const store = random.pick(stores)
  let total = 0
  let itemsPurchased = 0
  for (const item of items) {
    yield random.integer(1, 4)
    if (random.chance(0.1)) {
      yield removal(scene, buyer, item)
      continue
    }
    const amount = Math.round(((item.estimatedPrice?.amount ?? 0) * random.integer(90, 110)) / 100)
    total += amount
    itemsPurchased++
    yield bought(scene, buyer, item, store, amount)
  }
  const closed = scene.event(
    'shopping',
    'shopping.list.completed',
    {
      listId,
      name,
      store,
      itemsPurchased,
      itemsLeft: items.length - itemsPurchased,
      total: { amount: total, currency: household.currency },
      completedBy: buyer.userId,
      completedAt: scene.at(0),
    },
    { by: buyer },
  )
  yield closed
  const other = scene.anyone()
  if (other === buyer) return
  yield* notifying(scene, closed, other, {
    template: 'shopping-done',
    title: `${buyer.name} has done the shopping`,
    target: { kind: 'shopping-list', id: listId },
  })
}

function bought(scene: Scene, buyer: Member, item: Item, store: string, amount: number): SimulatedEvent {
  const { itemId, listId, name, quantity } = item
  return scene.event(
    'shopping',
    'shopping.item.purchased',
    {
      itemId,
      listId,
      name,
      ...(quantity === undefined ? undefined : { quantity }),
      price: { amount, currency: scene.household.currency },
      store,
      purchasedBy: buyer.userId,
      purchasedAt: scene.at(0),
    },
    { by: buyer },
  )
}

function removal(scene: Scene, buyer: Member, { itemId, listId, name }: Item): SimulatedEvent {
  const reason = scene.random.pick(['out-of-stock', 'too-expensive', 'not-needed'])
  const data = { itemId, listId, name, removedBy: buyer.userId, reason }
  return scene.event('shopping', 'shopping.item.removed', data, { by: buyer })
}
