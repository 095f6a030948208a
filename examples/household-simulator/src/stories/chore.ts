import type { Member } from '../household.ts'
import type { Scene, Story } from '../scene.ts'
import type { DataByDomain, SimulatedEvent } from '../simulated-event.ts'
import { notifying } from './notifying.ts'

type Created = DataByDomain['tasks']['task.created']

const chores = [
  { title: 'Take out trash', room: 'kitchen', points: 10 },
  { title: 'Empty the dishwasher', room: 'kitchen', points: 10 },
  { title: 'Vacuum the living room', room: 'living room', points: 25 },
  { title: 'Clean the bathroom', room: 'bathroom', points: 40 },
  { title: 'Water the plants', room: 'balcony', points: 10 },
  { title: 'Walk the dog', room: 'outside', points: 20 },
  { title: 'Change the bed linen', room: 'bedroom', points: 20 },
  { title: 'Cook dinner', room: 'kitchen', points: 30 },
  { title: 'Wipe the windows', room: 'living room', points: 50 },
  { title: 'Take the bottles back', room: 'cellar', points: 15 },
] as const

/** A task is planned, perhaps moved, and done or given up. */
export function* chore(scene: Scene): Story {
  const { random } = scene
  const planner = scene.anyone()
  const doer = scene.anyone()
  const task = plan(scene, planner, doer)
  const created = scene.event('tasks', 'task.created', task, { by: planner })
  yield created
  if (doer !== planner) yield* notifying(scene, created, doer, notice(task, 'task-assigned'))
  yield random.integer(20, 300)
  if (random.chance(0.2)) {
    yield update(scene, task)
    yield random.integer(30, 400)
  }
  if (random.chance(0.08)) yield deletion(scene, task)
  else yield* completion(scene, task, doer)
}

function plan(scene: Scene, planner: Member, doer: Member): Created {
  const { random } = scene
  const { title, room, points } = random.pick(chores)
  return {
    taskId: `task-${random.text(8)}`,
    title,
    status: 'pending',
    assignees: [doer.userId],
    dueAt: scene.at(random.integer(4, 48) * 60),
    priority: random.chance(0.7) ? 'normal' : random.pick(['low', 'high', 'urgent']),
    points,
    ...(random.chance(0.4)
      ? { recurrence: { frequency: 'weekly' as const, interval: random.integer(1, 2) } }
      : undefined),
    room,
    createdBy: planner.userId,
  }
}

function update(scene: Scene, { taskId, title }: Created): SimulatedEvent {
  const { random } = scene
  const by = scene.anyone()
  const changes = random.chance(0.5)
    ? { dueAt: scene.at(random.integer(2, 72) * 60) }
    : { assignees: [scene.anyone().userId], priority: random.pick(['normal', 'high']) }
  return scene.event('tasks', 'task.updated', { taskId, title, changes, updatedBy: by.userId }, { by })
}

function deletion(scene: Scene, { taskId, title }: Created): SimulatedEvent {
  const by = scene.anyone()
  const reason = scene.random.pick(['duplicate', 'no-longer-needed', 'mistake'])
  return scene.event('tasks', 'task.deleted', { taskId, title, deletedBy: by.userId, reason }, { by })
}

function* completion(scene: Scene, task: Created, doer: Member): Story {
  const { taskId, title, dueAt = '', points = 0 } = task
  const done = scene.event(
    'tasks',
    'task.completed',
    { taskId, title, status: 'completed', completedBy: doer.userId, completedAt: scene.at(0), dueAt, points },
    { by: doer },
  )
  yield done
  yield scene.event(
    'households',
    'household.activity',
    { kind: 'task-done', summary: `${doer.name}: ${title}`, actorId: doer.userId, about: { kind: 'task', id: taskId } },
    { cause: done },
  )
  const other = scene.anyone()
  if (other !== doer && scene.random.chance(0.3)) yield* notifying(scene, done, other, notice(task, 'task-done'))
}

function notice({ taskId, title }: Created, template: string) {
  return { template, title, target: { kind: 'task', id: taskId } } as const
}
