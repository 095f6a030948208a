import { type Acl, aclKey } from '@house-helper/events-core'
import type { Right } from './right.ts'

/** Planned rights against the ACLs of a cluster. */
export interface AclPlan {
  readonly rights: readonly PlannedRight[]
  /** ACLs that are there and not planned, of a planned principal or on a planned resource. They are left alone. */
  readonly others: readonly Acl[]
}

/** A right, and whether the cluster has exactly this ACL. */
export interface PlannedRight extends Right {
  readonly status: 'add' | 'matches'
}

/**
 * Compares planned rights with a cluster's ACLs. A wider ACL does not count as the planned one: so the wider one can be
 * taken away afterwards.
 */
export function planAcls(rights: readonly Right[], actual: readonly Acl[], topicPrefix: string): AclPlan {
  const present = new Set(actual.map(aclKey))
  const planned = new Set(rights.map(({ acl }) => aclKey(acl)))
  return {
    rights: rights.map((right) => ({ ...right, status: present.has(aclKey(right.acl)) ? 'matches' : 'add' })),
    others: actual.filter((acl) => !planned.has(aclKey(acl)) && concerns(acl, rights, topicPrefix)),
  }
}

function concerns(acl: Acl, rights: readonly Right[], topicPrefix: string): boolean {
  if (rights.some((right) => right.acl.principal === acl.principal)) return true
  if (acl.resource === 'topic') return acl.name.startsWith(`${topicPrefix}.`) || covers(acl, `${topicPrefix}.`)
  return rights.some(
    (right) => right.acl.resource === acl.resource && acl.resource === 'group' && covers(acl, right.acl.name),
  )
}

function covers(acl: Acl, name: string): boolean {
  return acl.name === '*' || acl.name === name || (acl.pattern === 'prefixed' && name.startsWith(acl.name))
}
