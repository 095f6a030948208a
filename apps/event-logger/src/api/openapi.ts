import fastifySwagger, { type SwaggerTransformObject } from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { createJsonSchemaTransformObject, jsonSchemaTransform } from 'fastify-type-provider-zod'

/** Derives the API's OpenAPI 3.1 document from the schemas of the routes that are registered afterwards. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'House Helper event log',
        description: 'Every event of House Helper, as it was recorded. Errors are problem details (RFC 9457).',
        version: '1.0.0',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: [
        { name: 'events', description: 'Events as they were recorded.' },
        { name: 'dead letters', description: 'Events that a group gave up on.' },
        { name: 'replays', description: 'Sending recorded events again, to groups that are named.' },
        { name: 'quarantine', description: 'Messages without a readable envelope.' },
        { name: 'consumer groups', description: 'Who receives events, and how far behind they are.' },
        { name: 'topics', description: 'What was recorded of each topic, and how far behind the logger is.' },
      ],
    },
    transform: jsonSchemaTransform,
    transformObject: answersOnly,
  })
}

const withBothSides = createJsonSchemaTransformObject({})

/** Leaves out the input side that each named schema gets too: all of them are answers. */
const answersOnly: SwaggerTransformObject = (document) => {
  const made = withBothSides(document) as { components?: { schemas?: Record<string, unknown> } }
  const schemas = Object.entries(made.components?.schemas ?? {}).filter(([name]) => !name.endsWith('Input'))
  return {
    ...made,
    components: { ...made.components, schemas: Object.fromEntries(schemas) },
  } as ReturnType<SwaggerTransformObject>
}
