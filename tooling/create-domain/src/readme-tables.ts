import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadDomainPackages } from './domain-package.ts'
import { withEventTables } from './event-table.ts'

/** Writes the event tables of every domain package's README anew. Returns the files that changed. */
export async function writeReadmeTables(root: string): Promise<readonly string[]> {
  const packages = await loadDomainPackages(root)
  return packages.flatMap(({ folder, domain }) => {
    const file = join(folder, 'README.md')
    const before = readFileSync(file, 'utf8')
    const after = withEventTables(before, domain)
    if (after === before) return []
    writeFileSync(file, after)
    return [file]
  })
}
