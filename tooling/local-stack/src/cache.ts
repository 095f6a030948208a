import { existsSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** The folder of downloaded servers: `house-helper-events` in XDG_CACHE_HOME, else in `~/.cache`. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'house-helper-events')
}

/**
 * Returns the cached folder of this name, made by `make` when it isn't there.
 * `make` fills an empty folder beside it, which then gets the name in one step: a folder under its name is always
 * complete, and of two processes that make it at once, the later one takes the earlier one's.
 */
export async function cached(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const target = join(cacheFolder(), name)
  if (existsSync(target)) return target
  await mkdir(dirname(target), { recursive: true })
  await removeAbandoned(target)
  const staging = await mkdtemp(`${target}.making-`)
  try {
    await make(staging)
    await rename(staging, target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
  return target
}

// No download takes this long: whoever began it was killed.
const abandonedAfterMs = 24 * 60 * 60 * 1_000

async function removeAbandoned(target: string): Promise<void> {
  const folder = dirname(target)
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${basename(target)}.making-`))
  for (const name of names) {
    // Another process may remove it at the same time.
    const entry = statSync(join(folder, name), { throwIfNoEntry: false })
    if (entry && Date.now() - entry.mtimeMs > abandonedAfterMs)
      await rm(join(folder, name), { recursive: true, force: true })
  }
}
