export * from './contract-schema.ts'
export * from './errors.ts'
export { jsonSchema } from './json-schema.ts'
export { schemaOfSide } from './schema-side.ts'
