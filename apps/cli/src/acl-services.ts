import { type Role, type Service, type ServiceInput, serviceSchema } from '@house-helper/contracts'
import { CliError } from './errors.ts'
import { type EnvironmentOptions, environmentOf } from './input/environment-file.ts'

/** What the options of `acl` say about one service, or where the services are written. */
export interface ServiceOptions extends EnvironmentOptions {
  readonly principal?: string
  readonly publish: readonly string[]
  readonly handle: readonly string[]
  readonly group?: string
  readonly deadLetters: boolean
  readonly laterRetries?: true
  readonly eventLogger?: true
  readonly operator?: true
  readonly viewer?: true
}

const flags: Readonly<Record<string, string>> = {
  principal: '--principal',
  publishes: '--publish',
  handles: '--handle',
  group: '--group',
}

/**
 * The services that the options name: those of the file's environment, or one by its options.
 *
 * @throws CliError `USAGE` naming every wrong option, or the places in the file.
 */
export async function servicesOf(options: ServiceOptions, domains: readonly string[]): Promise<readonly Service[]> {
  const { file, environment, principal } = options
  if (principal === undefined) {
    const read = await environmentOf(options, domains)
    if (read === undefined) {
      throw new CliError(
        'USAGE',
        'Say whose rights: --principal User:<name> with what it does, or --file with services.',
      )
    }
    if (read.services.length > 0) return read.services
    throw new CliError('USAGE', `${file} has no services in that environment: whose rights are to be planned?`)
  }
  if (file !== undefined || environment !== undefined) {
    throw new CliError('USAGE', '--principal says one service, --file all of them: give one of the two.')
  }
  return [serviceOf(principal, options, domains)]
}

function serviceOf(principal: string, options: ServiceOptions, domains: readonly string[]): Service {
  const { publish: publishes, handle: handles, group, deadLetters, laterRetries = false } = options
  const unknown = [...publishes, ...handles].filter((name) => !domains.includes(name))
  if (unknown.length > 0) {
    throw new CliError('USAGE', `There is no domain ${unknown.join(', ')}; there are ${domains.join(', ')}.`)
  }
  const input: ServiceInput = {
    ...{ principal, publishes, handles, group, deadLetters, laterRetries, role: roleOf(options) },
  }
  const read = serviceSchema.safeParse(input)
  if (read.success) return read.data
  const problems = read.error.issues.map(
    ({ path, message }) => `${flags[String(path[0])] ?? path.join('.')} ${message}`,
  )
  throw new CliError('USAGE', `These options do not describe a service: ${problems.join('; ')}.`)
}

function roleOf({ eventLogger, operator, viewer }: ServiceOptions): Role {
  const roles = [eventLogger && 'event-logger', operator && 'operator', viewer && 'viewer'].filter(Boolean) as Role[]
  if (roles.length > 1) throw new CliError('USAGE', `One principal has one role, not ${roles.join(' and ')}.`)
  return roles[0] ?? 'service'
}
