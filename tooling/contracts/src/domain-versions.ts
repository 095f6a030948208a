import { join } from 'node:path'
import { domainFolders } from '@house-helper/create-domain'
import { readManifest } from './domain-folder.ts'

/** The version of each domain package, by its folder. */
export function domainVersions(root: string): ReadonlyMap<string, string> {
  return new Map(
    [...domainFolders(root).values()].map((folder) => [folder, readManifest(join(folder, 'package.json')).version]),
  )
}
