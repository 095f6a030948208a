import type { Scene, Story } from '../scene.ts'

/** A guest is let into the household for some days. */
export function* visit(scene: Scene): Story {
  const { random, household } = scene
  const host = household.members[0]
  const memberId = `user-${random.text(8)}`
  yield scene.event(
    'households',
    'household.member.added',
    { memberId, role: 'guest', displayName: 'Guest', via: 'link', addedBy: host.userId },
    { by: host },
  )
  yield random.integer(1, 5) * 1_440
  const removed = scene.event(
    'households',
    'household.member.removed',
    { memberId, role: 'guest', reason: 'removed', removedBy: host.userId },
    { by: host },
  )
  yield removed
  yield scene.event(
    'households',
    'household.activity',
    { kind: 'member-left', summary: 'The guest left', about: { kind: 'member', id: memberId } },
    { cause: removed },
  )
}
