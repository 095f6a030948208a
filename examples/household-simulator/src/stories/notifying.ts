import type { Member } from '../household.ts'
import type { Scene, Story } from '../scene.ts'
import type { DataByDomain, SimulatedEvent } from '../simulated-event.ts'

type Clicked = DataByDomain['notifications']['notification.clicked']

/** What a notification says and leads to. */
export interface Notice {
  readonly template: string
  readonly title: string
  readonly target: NonNullable<Clicked['target']>
  readonly action?: NonNullable<Clicked['action']>
  readonly urgent?: boolean
}

/** An event makes the app notify a member, who opens the notification or does not. */
export function* notifying(scene: Scene, cause: SimulatedEvent, to: Member, notice: Notice): Story {
  const { random } = scene
  const notificationId = `notification-${random.text(8)}`
  const channel = random.chance(0.8) ? 'push' : random.pick(['email', 'in-app'])
  const sent = scene.event(
    'notifications',
    'notification.sent',
    {
      notificationId,
      channel,
      template: notice.template,
      title: notice.title,
      relatedEvent: { id: cause.fields.id, type: cause.type },
      ...(notice.urgent === true ? { priority: 'urgent' as const } : undefined),
    },
    { by: to, cause },
  )
  yield sent
  if (random.chance(0.55)) return
  yield random.integer(1, 40)
  const action = random.chance(0.7) ? (notice.action ?? 'open') : random.pick(['open', 'snooze', 'dismiss'])
  yield scene.event(
    'notifications',
    'notification.clicked',
    { notificationId, channel, action, target: notice.target, clickedAt: scene.at(0) },
    { by: to, cause: sent },
  )
}
