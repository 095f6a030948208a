import { parseArgs } from 'node:util'
import { findingLines } from '@house-helper/contracts'
import { checkWorkspace } from '../check.ts'
import type { Command } from '../command.ts'

/** Compares today's contracts with every released version of them. */
export const check: Command = {
  usage: 'check [--base <branch>]   whether a change of a contract breaks anybody; exit code 1 where something fails',
  run: async (args, { root, print }) => {
    const { values } = parseArgs({ args: [...args], options: { base: { type: 'string' } } })
    const { base, findings, counts } = await checkWorkspace(root, values.base)
    for (const line of findings.flatMap(findingLines)) print(line)
    const failed = findings.filter(({ passed }) => !passed).length
    const said = findings.length === 0 ? 'nothing has changed' : failed === 0 ? 'all is well' : `${failed} failed`
    const domains = counts.domains === 1 ? '1 domain' : `${counts.domains} domains`
    print(`${counts.contracts} contracts of ${domains}, compared with what is locked (base: ${base.name}): ${said}`)
    return failed === 0 ? 0 : 1
  },
}
