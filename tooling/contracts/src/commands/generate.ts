import type { Command, CommandContext } from '../command.ts'
import { ContractsToolError } from '../errors.ts'
import { generatedFiles, generatedFolder } from '../generated-files.ts'
import { mendFiles, type StaleFile, staleFiles } from '../stale-files.ts'

/** Writes what follows from the contracts, or says which of it is stale. */
export const generate: Command = {
  usage: `generate [--check]  write ${generatedFolder} and the READMEs' event tables; --check only says what is stale`,
  run: async (args, { root, print }) => {
    const [option, ...more] = args
    if (more.length > 0 || (option !== undefined && option !== '--check')) {
      throw new ContractsToolError('USAGE', `Write pnpm contracts generate, or with --check; not ${args.join(' ')}.`)
    }
    const generated = await generatedFiles(root)
    const stale = staleFiles(root, generated)
    if (option === '--check') return check(stale, generated.size, print)
    mendFiles(root, generated, stale)
    for (const { path, remedy } of stale) print(`${remedy === 'write' ? 'Wrote' : 'Removed'} ${path}`)
    if (stale.length === 0) print(`All ${generated.size} files are up to date.`)
    return 0
  },
}

function check(stale: readonly StaleFile[], count: number, print: CommandContext['print']): number {
  if (stale.length === 0) {
    print(`All ${count} files are up to date.`)
    return 0
  }
  print('These are not what the contracts say:')
  for (const { path, remedy } of stale) print(`  ${path}${remedy === 'remove' ? ' (nothing makes it any more)' : ''}`)
  print('Run `pnpm contracts generate`, and commit what it writes.')
  return 1
}
