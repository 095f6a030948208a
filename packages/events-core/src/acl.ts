/** What an ACL is about. `unknown` is a kind that this client does not know. */
export type AclResource = 'topic' | 'group' | 'cluster' | 'transactional-id' | 'delegation-token' | 'unknown'

/** What may be done, in Kafka's words. `unknown` is an operation that this client does not know. */
export type AclOperation =
  | 'All'
  | 'Alter'
  | 'AlterConfigs'
  | 'ClusterAction'
  | 'Create'
  | 'Delete'
  | 'Describe'
  | 'DescribeConfigs'
  | 'IdempotentWrite'
  | 'Read'
  | 'Write'
  | 'unknown'

/** The name of the one resource of the kind `cluster`. */
export const CLUSTER_RESOURCE_NAME = 'kafka-cluster'

/** One ACL as the brokers keep it: one principal, one operation, one resource or prefix of resources. */
export interface Acl {
  /** `User:<name>`. */
  readonly principal: string
  /** The address that it holds for; `*` is every one. */
  readonly host: string
  readonly resource: AclResource
  /** The name, the beginning of names (`prefixed`), or `*` for every name (`literal`). */
  readonly name: string
  readonly pattern: 'literal' | 'prefixed' | 'unknown'
  readonly operation: AclOperation
  /** A deny goes before every allow. */
  readonly permission: 'allow' | 'deny' | 'unknown'
}

/** One text for one ACL: equal texts are the same ACL. */
export function aclKey({ principal, host, resource, name, pattern, operation, permission }: Acl): string {
  return JSON.stringify([principal, host, resource, pattern, name, operation, permission])
}
