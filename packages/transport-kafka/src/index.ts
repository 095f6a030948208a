export { connectionFromEnv, type Environment, type ReadSettings, readConnectionEnv } from './environment.ts'
export { type SettingProblem, SettingsError } from './errors.ts'
export { partitionKey } from './partition-key.ts'
export {
  type MemberMetadata,
  readMemberAssignment,
  readMemberMetadata,
  writeMemberAssignment,
  writeMemberMetadata,
} from './receiver/consumer-protocol.ts'
export {
  type ConsumerSession,
  type CreateSession,
  type Membership,
  rebalanceTimeoutMs,
  type SessionEvents,
  silentCoordinator,
} from './receiver/session.ts'
export { type FetchAnswer, type FetchTopics, fetchExchange } from './records/fetch-exchange.ts'
export {
  type ConnectionSettings,
  connectionSettings,
  defaultSettings,
  redactSettings,
  settingsDigest,
} from './settings.ts'
export { createTransport, type TransportClient } from './transport.ts'
export { pause, settledWithin, within } from './wire/deadline.ts'
export {
  type ApiName,
  asIs,
  type ConfigChange,
  type ConfigChangeAnswer,
  type ExchangeChanges,
  NEWEST_FETCH,
} from './wire/exchange.ts'
export { type KafkaError, kafkaError } from './wire/kafka-errors.ts'
export { createOutages, type Outages } from './wire/outages.ts'
export { closedError, createWire, untilDeadline, type Wire, type WireRequest } from './wire/wire.ts'
export type { WireClient } from './wire/wire-client.ts'
export { type ClientFailure, kafkaErrorOf, type Place, toTransportError } from './wire/wire-errors.ts'
