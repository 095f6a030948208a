import { AclOperations, AclPermissionTypes, ResourcePatternTypes, ResourceTypes } from '@platformatic/kafka'

/** One right as Kafka keeps it. */
export interface Right {
  readonly resourceType: (typeof ResourceTypes)[keyof typeof ResourceTypes]
  readonly resourceName: string
  readonly resourcePatternType: (typeof ResourcePatternTypes)[keyof typeof ResourcePatternTypes]
  readonly principal: string
  readonly host: string
  readonly operation: (typeof AclOperations)[keyof typeof AclOperations]
  readonly permissionType: typeof AclPermissionTypes.ALLOW
}

const operations: Readonly<Record<string, Right['operation']>> = {
  Read: AclOperations.READ,
  Write: AclOperations.WRITE,
  Create: AclOperations.CREATE,
  Describe: AclOperations.DESCRIBE,
  DescribeConfigs: AclOperations.DESCRIBE_CONFIGS,
}

/** Reads the rights that the `kafka-acls.sh --add` lines of a page give; throws where it does not know an option. */
export function documentedRights(page: string): readonly Right[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('kafka-acls.sh '))
    .flatMap((line) => rightsOf(line.replaceAll("'", '').split(' ').slice(1)))
}

function rightsOf(words: readonly string[]): readonly Right[] {
  const values = optionValues(words)
  const resourcePatternType =
    values.get('resource-pattern-type')?.[0] === 'prefixed'
      ? ResourcePatternTypes.PREFIXED
      : ResourcePatternTypes.LITERAL
  const resources = [
    ...(values.get('topic') ?? []).map((resourceName) => ({ resourceType: ResourceTypes.TOPIC, resourceName })),
    ...(values.get('group') ?? []).map((resourceName) => ({ resourceType: ResourceTypes.GROUP, resourceName })),
    ...(values.has('cluster') ? [{ resourceType: ResourceTypes.CLUSTER, resourceName: 'kafka-cluster' }] : []),
  ]
  const principal = values.get('allow-principal')?.[0]
  if (principal === undefined || resources.length === 0) throw new Error(`gives nobody a right: ${words.join(' ')}`)
  return (values.get('operation') ?? []).flatMap((name) => {
    const operation = operations[name]
    if (operation === undefined) throw new Error(`an operation that Kafka does not have: ${name}`)
    const right = { resourcePatternType, principal, host: '*', operation, permissionType: AclPermissionTypes.ALLOW }
    return resources.map((resource) => ({ ...resource, ...right }))
  })
}

const known = [
  'bootstrap-server',
  'command-config',
  'add',
  'allow-principal',
  'operation',
  'topic',
  'group',
  'cluster',
  'resource-pattern-type',
]

/** The values of each option, in their order; an option without a value has none. */
function optionValues(words: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>()
  let option = ''
  for (const word of words) {
    if (word.startsWith('--')) {
      option = word.slice(2)
      if (!known.includes(option)) throw new Error(`an option of kafka-acls.sh that is not known here: ${word}`)
      values.set(option, values.get(option) ?? [])
    } else values.get(option)?.push(word)
  }
  return values
}
