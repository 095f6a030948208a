import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { runCommand } from './command.ts'

/** A process told apart from a later one that got the same number. */
export const processIdentity = z.object({
  pid: z.int().positive(),
  /** When it began, as the system writes it. */
  began: z.string(),
})

/** A process told apart from a later one that got the same number. */
export type ProcessIdentity = z.infer<typeof processIdentity>

/** Reads who holds a process number now; nothing when nobody does. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const began = process.platform === 'linux' ? startTicks(pid) : await startTime(pid)
  return began === undefined ? undefined : { pid, began }
}

/** Says whether this very process still runs. A zombie does not. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  const now = await identifyProcess(identity.pid)
  return now?.began === identity.began
}

function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in brackets, may hold spaces; the fields after it begin with the state, the start time is the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}

async function startTime(pid: number): Promise<string | undefined> {
  const { code, stdout } = await runCommand('ps', ['-o', 'lstart=', '-p', String(pid)], { timeoutMs: 5_000 })
  return code === 0 && stdout.trim() !== '' ? stdout.trim() : undefined
}
