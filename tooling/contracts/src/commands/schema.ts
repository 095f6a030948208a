import { jsonSchema } from '@house-helper/contracts'
import { loadDomainPackages } from '@house-helper/create-domain'
import type { Command } from '../command.ts'
import { ContractsToolError } from '../errors.ts'

/** Shows the JSON Schema of one event type's data. */
export const schema: Command = {
  usage: 'schema <type>             the JSON Schema of a type: task.completed',
  run: async ([type], { root, print }) => {
    if (type === undefined)
      throw new ContractsToolError('USAGE', 'Name the event type: pnpm contracts schema task.completed')
    const packages = await loadDomainPackages(root)
    const contract = packages.map(({ domain }) => domain.contract(type)).find((found) => found !== undefined)
    if (contract === undefined) throw new ContractsToolError('USAGE', `No domain has the event type ${type}.`)
    print(JSON.stringify(jsonSchema(contract), undefined, 2))
    return 0
  },
}
