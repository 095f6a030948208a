import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { exampleMessage, schemaFileName } from '@house-helper/contracts'
import { loadDomainPackages } from '@house-helper/create-domain'
import { createJudge, decodeEnvelope, encodeEnvelope } from '@house-helper/events-core'
import { createPublisher } from '@house-helper/producer'
import { createMemoryTransport } from '@house-helper/transport-memory'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { generatedFiles } from './generated-files.ts'

const root = resolve(import.meta.dirname, '../../..')
const files = await generatedFiles(root)
const domains = (await loadDomainPackages(root)).map(({ domain }) => domain)
const contracts = domains.flatMap((domain) =>
  domain.events.flatMap((event) =>
    event.versions.map((contract) => ({ name: schemaFileName(contract), contract, domain })),
  ),
)

function text(path: string): string {
  const found = files.get(`docs/contracts/${path}`)
  if (found === undefined) throw new Error(`docs/contracts/${path} is not generated.`)
  return found
}

// `x-house-helper` and `discriminator` annotate.
const ajv = new Ajv2020({ strict: true, strictTypes: false, keywords: ['x-house-helper'] })
ajv.addKeyword({ keyword: 'discriminator', schemaType: 'string' })
formats.default(ajv)

function validators(path: string): Readonly<Record<'reader' | 'publisher', ValidateFunction>> {
  const schema = JSON.parse(text(`schemas/${path}`)) as { $id: string }
  ajv.removeSchema(schema.$id)
  ajv.addSchema(schema)
  const side = (ref: string): ValidateFunction => {
    const validate = ajv.getSchema(ref)
    if (validate === undefined) throw new Error(`${path} has no ${ref}`)
    return validate
  }
  return { reader: side(schema.$id), publisher: side(`${schema.$id}#/$defs/publisher`) }
}

/** A publisher whose events are known at run time only. */
interface Untyped extends AsyncDisposable {
  publish(type: string, data: unknown, fields: unknown): Promise<unknown>
}

interface AsyncApi {
  readonly channels: Record<string, { readonly address: string }>
  readonly components: {
    readonly messages: Record<
      string,
      { readonly name: string; readonly examples: readonly { readonly payload: object }[] }
    >
  }
}

const documentNames = ['asyncapi.yaml', ...domains.map(({ name }) => `${name}.asyncapi.yaml`)]

describe('generated files', () => {
  it('are the same when they are made again', async () => {
    expect([...(await generatedFiles(root))]).toEqual([...files])
  })

  it('end in one line break, with no space before another', () => {
    const untidy = [...files].filter(([path, content]) => !path.startsWith('packages/') && !/\S\n$/.test(content))
    expect(untidy.map(([path]) => path)).toEqual([])
    expect([...files].filter(([, content]) => / \n/.test(content)).map(([path]) => path)).toEqual([])
  })
})

function parsed(documents: readonly string[]): unknown {
  const program = resolve(import.meta.dirname, '../test/asyncapi-diagnostics.ts')
  const { stdout, stderr } = spawnSync(process.execPath, [program], {
    input: JSON.stringify(documents),
    encoding: 'utf8',
  })
  if (stdout === '') throw new Error(`The parser wrote nothing: ${stderr}`)
  return JSON.parse(stdout)
}

describe('the official AsyncAPI parser', () => {
  it('takes each document as AsyncAPI 3, without an error or a warning, and finds what is wrong in a broken one', () => {
    const documents = documentNames.map((path) => text(path))
    const broken = (documents[0] ?? '').replace('action: send', 'action: sing')
    const fine = documents.map(() => ({ version: '3.0.0', wrong: [] }))
    expect(parsed([...documents, broken])).toEqual([
      ...fine,
      { wrong: expect.arrayContaining([expect.stringContaining('action')]) },
    ])
  }, 120_000)
})

describe.each(documentNames)('%s', (path) => {
  it('has each domain’s topic and each version of its events, with a wire message that is read and judged ok', () => {
    const { channels, components } = parse(text(path)) as AsyncApi
    const described = domains.filter(({ name }) => path === 'asyncapi.yaml' || path === `${name}.asyncapi.yaml`)
    expect(
      Object.values(channels)
        .map(({ address }) => address)
        .sort(),
    ).toEqual(described.map(({ name }) => `house-helper.${name}`).sort())
    expect(
      Object.values(components.messages)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(
      contracts
        .filter(({ domain }) => described.includes(domain))
        .map(({ contract }) => contract.type)
        .sort(),
    )
    const judge = createJudge(domains)
    for (const { examples } of Object.values(components.messages)) {
      const decoded = decodeEnvelope(Buffer.from(JSON.stringify(examples[0]?.payload)))
      expect(decoded.readable && judge(decoded.envelope)).toEqual({ contract: 'ok' })
    }
  })
})

describe.each(contracts)('$name', ({ name, contract, domain }) => {
  const { reader, publisher } = validators(name)
  const message = exampleMessage(domain, contract)

  it('takes the example on both sides, which its publisher would send and its reader would judge ok', () => {
    expect(contract.check('publisher', message.data)).toMatchObject({ ok: true })
    const decoded = decodeEnvelope(encodeEnvelope(message))
    expect(decoded.readable && createJudge([domain])(decoded.envelope)).toEqual({ contract: 'ok' })
    expect([reader(message), publisher(message)]).toEqual([true, true])
  })

  it('takes for a publisher what is really published', async () => {
    await using transport = createMemoryTransport()
    const topic = `house-helper.${domain.name}`
    await transport.admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }])
    await using sender: Untyped = createPublisher(domain, { transport, source: 'test' })
    const fields = { householdId: 'household-001', userId: 'user-001', metadata: { client: 'ios' } }
    await sender.publish(contract.type, contract.example, fields)
    const [sent] = await transport.read({ topic, partition: 0, offset: 0 })
    const published: unknown = JSON.parse(Buffer.from(sent?.value ?? []).toString())
    expect(publisher(published), JSON.stringify(publisher.errors)).toBe(true)
  })

  it('is open for readers and closed for publishers', () => {
    const newer = { ...message, version: `${contract.major}.99`, data: { ...message.data, unheardOf: 1 }, unheardOf: 1 }
    expect([reader(newer), publisher(newer)]).toEqual([true, false])
    const otherMajor = { ...message, version: `${contract.major + 1}.0` }
    expect([reader(otherMajor), publisher(otherMajor)]).toEqual([false, false])
    const about = `${contract.subject}Id`
    expect([reader({ ...message, [about]: '' }), publisher({ ...message, [about]: '' })]).toEqual([false, false])
  })
})
