export * from './acl.ts'
export { publishData, readableAs, readData } from './casts.ts'
export * from './cause.ts'
export * from './clock.ts'
export * from './codec.ts'
export * from './contract.ts'
export { within } from './deadline.ts'
export { defineEvent } from './define-event.ts'
export * from './delivery.ts'
export * from './domain.ts'
export * from './envelope.ts'
export * from './errors.ts'
export {
  type FieldKind,
  fieldKind,
  id,
  type MoneySchema,
  money,
  type OpenEnumSchema,
  openEnum,
  time,
} from './fields.ts'
export * from './ids.ts'
export * from './json-tokens.ts'
export * from './logger.ts'
export * from './partitioner.ts'
export type { Side } from './schema.ts'
export * from './timestamp.ts'
export * from './topic-names.ts'
export * from './transport.ts'
export * from './verdict.ts'
