import type { Scene, Story } from '../scene.ts'

const appVersions = ['4.2.0', '4.2.1', '4.3.0'] as const

/** A member logs in, and now and then changes the account. */
export function* session(scene: Scene): Story {
  const { random } = scene
  const member = scene.anyone()
  const method = random.pick(['passkey', 'passkey', 'password', 'google'])
  yield scene.event(
    'users',
    'user.logged.in',
    {
      method,
      ...(method === 'password' ? { secondFactor: random.pick(['totp', 'none']) } : undefined),
      device: { ...member.device, appVersion: random.pick(appVersions) },
      newDevice: false,
      country: scene.household.locale.slice(3),
      sessionId: `session-${random.text(12)}`,
    },
    { by: member },
  )
  if (!random.chance(0.05)) return
  yield random.integer(1, 10)
  const data = random.chance(0.5)
    ? ({ changedFields: ['notification-settings'] } as const)
    : ({ changedFields: ['avatar', 'locale'], changes: { locale: scene.household.locale } } as const)
  yield scene.event('users', 'user.updated', { ...data, changedFields: [...data.changedFields] }, { by: member })
}
