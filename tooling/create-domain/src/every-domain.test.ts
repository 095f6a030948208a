import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { defineHandlers } from '@house-helper/consumer'
import { camelCase, capitalCase, contractFields, jsonSchema, withEventTables } from '@house-helper/contracts'
import {
  createJudge,
  type Domain,
  decodeEnvelope,
  type EventContract,
  encodeEnvelope,
  publishData,
  readData,
} from '@house-helper/events-core'
import type { TestKit } from '@house-helper/testing'
import { describe, expect, it } from 'vitest'
import { loadDomainPackages } from './domain-package.ts'
import { handlers, indexFile, mongo, publisher, testing } from './templates/service-view.ts'

const packages = await loadDomainPackages(join(import.meta.dirname, '../../..'))

describe.each(packages)('the domain package $name', ({ name, folder, domain, exports }) => {
  it('names its domain as its folder', () => {
    expect(domain.name).toBe(name)
  })

  it.each(domain.events)('$type: its example is valid for a publisher and, on the wire, for a reader', (contract) => {
    expect(contract.check('publisher', contract.example)).toMatchObject({ ok: true })
    const decoded = decodeEnvelope(encodeEnvelope(exampleEvent(contract)))
    expect(decoded.readable && createJudge([domain])(decoded.envelope)).toEqual({ contract: 'ok' })
  })

  it.each(domain.events)(
    '$type: its casts bring the example of every version to the newest, and that one to each',
    (contract) => {
      for (const { version, example } of contract.versions) {
        expect(readData(contract, version, example), version).toMatchObject({ ok: true })
        expect(publishData({ ...contract, publishAs: version }, contract.example), version).toMatchObject({ ok: true })
      }
    },
  )

  it.each(domain.events)('$type: every field is documented', (contract) => {
    const fields = contractFields(jsonSchema(contract))
    expect(fields).not.toEqual([])
    expect(fields.filter((field) => field.description === undefined)).toEqual([])
  })

  it('has the tables of today’s contracts in its README', () => {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8')
    expect(readme, 'run `pnpm contracts generate`').toBe(withEventTables(readme, domain))
  })

  it('exports a publisher, handlers and the subscriber under the names that a service expects', () => {
    const capital = capitalCase(name)
    expect(exports[`create${capital}Publisher`]).toBeTypeOf('function')
    expect(exports[`on${capital}`]).toBeTypeOf('function')
    expect(exports.createSubscriber).toBeTypeOf('function')
  })
})

describe.each(packages)('the test kit of $name', ({ name, folder, domain }) => {
  it('has its test events handled in a world of its own', async () => {
    const kit = (await import(pathToFileURL(join(folder, 'src/testing.ts')).href)) as Record<string, unknown>
    const create = kit[`create${capitalCase(name)}Test`] as TestKit<Domain>['createTest']
    const event = kit[`${camelCase(name)}Event`] as TestKit<Domain>['event']
    const foreignEvent = kit[`foreign${capitalCase(name)}Event`] as TestKit<Domain>['foreignEvent']
    const types = domain.events.map(({ type }) => type)
    const on = [defineHandlers(domain, Object.fromEntries(types.map((type) => [type, () => {}])))]
    await using world = await create({ on })
    const events = types.flatMap((type) => [event(type), foreignEvent(type)])
    await world.given().when(events).then({ handled: events })
  })

  it('is an entry point of the package, as MongoDB is', () => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly exports: object }
    expect(Object.keys(manifest.exports)).toEqual(['.', './mongo', './testing', './package.json'])
  })
})

describe.each(packages)('the files of $name that are the same everywhere', ({ name, folder }) => {
  const names = { variable: camelCase(name), capital: capitalCase(name) }
  const source = (file: string): string => unbroken(readFileSync(join(folder, 'src', file), 'utf8'))

  it('are what create-domain writes', () => {
    expect(source('publisher.ts')).toBe(unbroken(publisher(names)))
    expect(source('handlers.ts')).toBe(unbroken(handlers(names)))
    expect(source('mongo.ts')).toBe(unbroken(mongo(names)))
    expect(source('testing.ts')).toBe(unbroken(testing(names)))
    expect(source('index.ts')).toBe(unbroken(indexFile(exportedFiles(folder))))
  })
})

/** A source without what the formatter adds where a name makes a line too long. */
function unbroken(source: string): string {
  return source.replace(/\s+/g, '').replace(/,(?=[}\])>])/g, '')
}

/** What a domain's index exports: every file but the tests, the other entry points and the fields that contracts share. */
function exportedFiles(folder: string): string[] {
  return readdirSync(join(folder, 'src'))
    .filter((file) => !/(?:\.test|\.test-d|-fields)\.ts$|^(?:index|mongo|testing)\.ts$/.test(file))
    .sort()
}

function exampleEvent(contract: EventContract) {
  const { type, version, example } = contract
  const subject = contract.subject === 'user' ? { userId: 'user-001' } : { householdId: 'household-001' }
  return {
    id: 'event-001',
    type,
    version,
    source: 'test',
    ...subject,
    timestamp: '2026-01-02T03:04:05Z',
    data: example,
  }
}
