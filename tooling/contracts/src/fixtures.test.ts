import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createJudge, decodeEnvelope, readData } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { loadDomainFolders } from './domain-folder.ts'

const root = resolve(import.meta.dirname, '../../..')
const folders = await loadDomainFolders(root)

/** Every version that a domain has locked, with the message that was kept of it. */
function fixturesOf({ folder, lock }: (typeof folders)[number]) {
  return [...lock].flatMap(([type, versions]) =>
    [...versions.keys()].map((version) => {
      const file = join(folder, 'fixtures', `${type}@${version}.json`)
      return { type, version, message: readFileSync(file) }
    }),
  )
}

describe.each(folders)('the released versions of $name', (folder) => {
  it.each(fixturesOf(folder))('$type $version is read by today’s contract', ({ type, version, message }) => {
    const decoded = decodeEnvelope(message)
    if (!decoded.readable) throw new Error(decoded.message)
    expect(decoded.envelope).toMatchObject({ type, version })
    expect(createJudge([folder.domain])(decoded.envelope)).toEqual({ contract: 'ok' })
    const contract = folder.domain.contract(type)
    const read = contract && readData(contract, version, decoded.envelope.data)
    expect(contract?.check('reader', read?.ok === true ? read.value : undefined)).toMatchObject({ ok: true })
  })

  it('have no fixture that is not locked', () => {
    const locked = fixturesOf(folder).map(({ type, version }) => `${type}@${version}.json`)
    const fixtures = join(folder.folder, 'fixtures')
    expect(existsSync(fixtures) ? readdirSync(fixtures).toSorted() : []).toEqual(locked.toSorted())
  })
})
