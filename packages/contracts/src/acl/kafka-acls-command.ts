import type { Acl } from '@house-helper/events-core'

/** What every printed command begins with. */
export interface CommandOptions {
  /** Where the brokers are, as `host:port`. */
  readonly bootstrapServer: string
  /** An administrator's client configuration; undefined leaves the option out. */
  readonly commandConfig?: string | undefined
}

/** One call of `kafka-acls.sh`: it adds each operation for each name. */
interface Call {
  readonly acl: Acl
  readonly operations: readonly string[]
  readonly names: readonly string[]
}

/** The `kafka-acls.sh` commands that add these ACLs; what one command can say together is one command. */
export function kafkaAclsCommands(acls: readonly Acl[], options: CommandOptions): readonly string[] {
  const ofOneResource = [...Map.groupBy(acls, (acl) => JSON.stringify([kindOf(acl), acl.name])).values()]
  const calls = ofOneResource.flatMap((group): Call[] => {
    const [acl] = group
    return acl === undefined ? [] : [{ acl, names: [acl.name], operations: group.map(({ operation }) => operation) }]
  })
  return [...Map.groupBy(calls, ({ acl, operations }) => JSON.stringify([kindOf(acl), operations])).values()]
    .flatMap(([first, ...others]) =>
      first === undefined ? [] : [{ ...first, names: [first, ...others].flatMap(({ names }) => names) }],
    )
    .map((call) => commandText(call, options))
}

/** What is the same for all that one call says, but for its operations and names. */
function kindOf({ principal, host, resource, pattern, permission }: Acl): string {
  return JSON.stringify([principal, host, resource, pattern, permission])
}

function commandText({ acl, operations, names }: Call, { bootstrapServer, commandConfig }: CommandOptions): string {
  const { principal, host, permission, resource, pattern } = acl
  const words = [
    ...['kafka-acls.sh', '--bootstrap-server', bootstrapServer],
    ...(commandConfig === undefined ? [] : ['--command-config', commandConfig]),
    ...['--add', `--${permission}-principal`, principal],
    ...(host === '*' ? [] : [`--${permission}-host`, host]),
    ...operations.flatMap((operation) => ['--operation', operation]),
    ...(resource === 'cluster' ? ['--cluster'] : names.flatMap((name) => [`--${resource}`, name])),
    ...(pattern === 'prefixed' ? ['--resource-pattern-type', 'prefixed'] : []),
  ]
  return words.map(quoted).join(' ')
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
