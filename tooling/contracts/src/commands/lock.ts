import type { Command } from '../command.ts'
import { planLocks, writeLocks } from '../lock.ts'

/** Locks what is not locked yet. */
export const lock: Command = {
  usage: 'lock                      locks versions that are not yet; `pnpm changeset version` does it by itself',
  run: async (_, { root, print }) => {
    const written = writeLocks(root, await planLocks(root, () => true))
    print(written.length === 0 ? 'Every version is locked already.' : written.map((file) => `Wrote ${file}`).join('\n'))
    return 0
  },
}
