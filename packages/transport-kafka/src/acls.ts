import { type Acl, aclKey, TransportError } from '@house-helper/events-core'
import { pause } from './wire/deadline.ts'
import type { Wire } from './wire/wire.ts'

const ANY = 1
const CHECK_MS = 50

// Kafka's numbers. Source: ResourceType, PatternType, AclOperation and AclPermissionType in its Java client.
const resources = new Map<number, Acl['resource']>([
  [2, 'topic'],
  [3, 'group'],
  [4, 'cluster'],
  [5, 'transactional-id'],
  [6, 'delegation-token'],
])
const patterns = new Map<number, Acl['pattern']>([
  [3, 'literal'],
  [4, 'prefixed'],
])
const operations = new Map<number, Acl['operation']>([
  [2, 'All'],
  [3, 'Read'],
  [4, 'Write'],
  [5, 'Create'],
  [6, 'Delete'],
  [7, 'Alter'],
  [8, 'Describe'],
  [9, 'ClusterAction'],
  [10, 'DescribeConfigs'],
  [11, 'AlterConfigs'],
  [12, 'IdempotentWrite'],
])
const permissions = new Map<number, Acl['permission']>([
  [2, 'deny'],
  [3, 'allow'],
])

interface DescribedResource {
  readonly resourceType: number
  readonly resourceName: string
  readonly resourcePatternType: number
  readonly acls: readonly { principal: string; host: string; operation: number; permissionType: number }[]
}

/** Every ACL of the cluster. */
export async function acls(wire: Wire, timeoutMs: number): Promise<readonly Acl[]> {
  const args = {
    resourceType: ANY,
    resourceName: null,
    resourcePatternType: ANY,
    principal: null,
    host: null,
    operation: ANY,
    permissionType: ANY,
  }
  const request = { target: 'any', api: 'DescribeAcls', args, place: { right: 'Describe' } } as const
  const answer = (await wire.retrying(request, timeoutMs)) as { resources: readonly DescribedResource[] }
  return answer.resources.flatMap(({ resourceType, resourceName: name, resourcePatternType, acls: entries }) =>
    entries.map(({ principal, host, operation, permissionType }) => ({
      principal,
      host,
      resource: resources.get(resourceType) ?? 'unknown',
      name,
      pattern: patterns.get(resourcePatternType) ?? 'unknown',
      operation: operations.get(operation) ?? 'unknown',
      permission: permissions.get(permissionType) ?? 'unknown',
    })),
  )
}

/** Adds ACLs, and waits until a broker shows them: they are the controller's first. */
export async function createAcls(wire: Wire, added: readonly Acl[], timeoutMs: number): Promise<void> {
  if (added.length === 0) return
  const end = performance.now() + timeoutMs
  const args = { creations: added.map(creation) }
  const request = { target: 'controller', api: 'CreateAcls', args, place: { right: 'Alter' } } as const
  await wire.retrying(request, timeoutMs)
  const wanted = added.map(aclKey)
  for (;;) {
    const present = new Set((await acls(wire, Math.max(1, end - performance.now()))).map(aclKey))
    if (wanted.every((key) => present.has(key))) return
    if (performance.now() > end) {
      throw new TransportError('TIMEOUT', `The new ACLs are not in force after ${timeoutMs} ms.`, { canRetry: true })
    }
    await pause(CHECK_MS)
  }
}

function creation({ principal, host, resource, name, pattern, operation, permission }: Acl): object {
  return {
    principal,
    host,
    resourceName: name,
    resourceType: numberOf(resources, resource),
    resourcePatternType: numberOf(patterns, pattern),
    operation: numberOf(operations, operation),
    permissionType: numberOf(permissions, permission),
  }
}

function numberOf<Word>(words: ReadonlyMap<number, Word>, wanted: Word): number {
  for (const [number, word] of words) if (word === wanted) return number
  throw new TransportError('PROTOCOL', `Kafka has no number for ${String(wanted)} in an ACL.`)
}
