import type { ObservedGroup } from '@house-helper/consumer'
import type { PlanDocument } from './document.ts'

/** What a group has said about replays of some event types. */
export type GroupPolicy = PlanDocument['groups'][number]

type OnReplay = GroupPolicy['types'][number]['onReplay']

/**
 * Reads what the members of a group announce about these types: `handle` or `skip`; `ignore` where they have no handler;
 * `mixed` where members differ; `unknown` where a member says nothing, or there is none.
 */
export function groupPolicy(group: string, types: readonly string[], observed: ObservedGroup | undefined): GroupPolicy {
  const members = observed?.members ?? []
  const announcements = members.map(({ announcement }) => announcement)
  const policyOf = (type: string): OnReplay => {
    const said = announcements.map((announcement): OnReplay => {
      if (announcement === undefined) return 'unknown'
      return announcement.handles.find((handle) => handle.type === type)?.onReplay ?? 'ignore'
    })
    if (said.length === 0 || said.includes('unknown')) return 'unknown'
    const [first = 'unknown', ...others] = new Set(said)
    return others.length > 0 ? 'mixed' : first
  }
  return {
    group,
    types: types.map((type) => ({ type, onReplay: policyOf(type) })),
    ...(observed === undefined
      ? {}
      : {
          members: members.length,
          announced: announcements.filter((announcement) => announcement !== undefined).length,
        }),
  }
}
