import type { Member } from '../household.ts'
import type { Scene, Story } from '../scene.ts'

/** A household is founded: its members register, the first one founds it, the others join. */
export function* founding(scene: Scene): Story {
  const { household, random } = scene
  const [founder, ...others] = household.members
  yield registered(scene, founder, undefined)
  yield random.integer(1, 5)
  const { name, timeZone, currency, locale } = household
  const created = scene.event(
    'households',
    'household.created',
    { name, createdBy: founder.userId, timeZone, currency, locale },
    { by: founder },
  )
  yield created
  yield scene.event(
    'households',
    'household.member.added',
    { memberId: founder.userId, role: 'owner', displayName: founder.name, via: 'founding' },
    { cause: created },
  )
  for (const member of others) {
    yield random.integer(2, 60)
    yield* joining(scene, founder, member)
  }
}

function* joining(scene: Scene, founder: Member, member: Member): Story {
  const account = registered(scene, member, founder)
  yield account
  yield 1
  const added = scene.event(
    'households',
    'household.member.added',
    {
      memberId: member.userId,
      role: member.role,
      displayName: member.name,
      via: 'invitation',
      addedBy: founder.userId,
    },
    { by: member, cause: account },
  )
  yield added
  yield scene.event(
    'households',
    'household.activity',
    {
      kind: 'member-joined',
      summary: `${member.name} joined ${scene.household.name}`,
      actorId: member.userId,
      about: { kind: 'member', id: member.userId },
    },
    { cause: added },
  )
}

function registered(scene: Scene, member: Member, invitedBy: Member | undefined) {
  const { locale, timeZone } = scene.household
  const method = invitedBy === undefined ? scene.random.pick(['email', 'passkey', 'google', 'apple']) : 'invitation'
  const invitation = invitedBy === undefined ? undefined : { invitedBy: invitedBy.userId }
  const data = { method, displayName: member.name, locale, timeZone, ...invitation } as const
  return scene.event('users', 'user.registered', data, { by: member })
}
