import { Validator } from '@seriousme/openapi-schema-validator'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createFakeApi } from '../testing/fake-api.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly { readonly name: string; readonly description?: string }[]
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, { schema: object }>> }>>
}

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

let app: FastifyInstance
let document: Document
let specification: Record<string, unknown>

beforeAll(async () => {
  app = await createFakeApi()
  specification = (await app.inject('/api/v1/openapi.json')).json()
  document = specification as unknown as Document
})
afterAll(() => app.close())

it('is a valid OpenAPI 3.1 document, all its references included', async () => {
  const validator = new Validator()
  expect(await validator.validate(structuredClone(specification))).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
  validator.resolveRefs()
})

it('refuses a document with an error, so that the check above can fail', async () => {
  expect(await new Validator().validate({ ...specification, paths: { events: {} } })).toMatchObject({
    valid: false,
  })
})

it('describes every route that there is', () => {
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(documented.sort()).toEqual([
    'GET /api/v1/consumer-groups',
    'GET /api/v1/correlations/{id}',
    'GET /api/v1/coverage',
    'GET /api/v1/dead-letters',
    'GET /api/v1/dead-letters/groups',
    'GET /api/v1/dead-letters/{id}',
    'GET /api/v1/events',
    'GET /api/v1/events/export',
    'GET /api/v1/events/histogram',
    'GET /api/v1/events/stats',
    'GET /api/v1/events/stream',
    'GET /api/v1/events/{id}',
    'GET /api/v1/events/{id}/causation',
    'GET /api/v1/events/{id}/deliveries',
    'GET /api/v1/events/{id}/raw',
    'GET /api/v1/quarantine',
    'GET /api/v1/replay-plans/{id}',
    'GET /api/v1/replays',
    'GET /api/v1/replays/{id}',
    'GET /api/v1/replays/{id}/progress',
    'GET /api/v1/retention',
    'GET /api/v1/timelines/household/{id}',
    'GET /api/v1/timelines/user/{id}',
    'GET /api/v1/topics',
    'GET /api/v1/verification',
    'POST /api/v1/backfills',
    'POST /api/v1/dead-letters/discard',
    'POST /api/v1/dead-letters/redrive',
    'POST /api/v1/replay-plans',
    'POST /api/v1/replays',
    'POST /api/v1/replays/{id}/cancel',
    'POST /api/v1/replays/{id}/pause',
    'POST /api/v1/replays/{id}/resume',
  ])
})

it('gives each operation a name, a summary, described parameters, and problems as its errors', () => {
  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    expect(operation.operationId).toMatch(/^[a-z][a-zA-Z]+$/)
    expect(operation.summary).toMatch(/\.$/)
    for (const parameter of operation.parameters ?? []) expect(parameter.description).toMatch(/\.$/)
    const { 200: success, ...failures } = operation.responses
    const [schema] = Object.values(success?.content ?? {}).map((content) => content.schema)
    expect(schema).toEqual({
      $ref: expect.stringMatching(/^#\/components\/schemas\//),
    })
    expect(Object.keys(failures)).toEqual(expect.arrayContaining(['400', '421', '500', '503']))
    for (const failure of Object.values(failures)) {
      expect(failure.content).toEqual({
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      })
    }
  }
})

it('has the schemas of the API and no others', () => {
  expect(Object.keys(document.components.schemas).sort()).toEqual([
    'BackfillLine',
    'Bytes',
    'Causation',
    'CausedEvent',
    'ConsumerGroup',
    'ConsumerGroupList',
    'Correlation',
    'Coverage',
    'CoveredEvent',
    'CurrentForm',
    'DeadLetter',
    'DeadLetterCommandResult',
    'DeadLetterGroups',
    'DeadLetterPage',
    'DeadLetterSummary',
    'Deliveries',
    'Delivery',
    'Event',
    'EventPage',
    'EventStats',
    'EventSummary',
    'ExportLine',
    'ExportTrailer',
    'Finding',
    'FullCoverage',
    'Histogram',
    'Problem',
    'QuarantinePage',
    'ReplayList',
    'ReplayPlan',
    'ReplayRun',
    'RetentionLine',
    'Topic',
    'TopicList',
    'VerificationLine',
  ])
})

it('says that limit is a number of a range', () => {
  const parameters = document.paths['/api/v1/events']?.get?.parameters
  expect(parameters?.find(({ name }) => name === 'limit')).toMatchObject({
    schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  })
})
