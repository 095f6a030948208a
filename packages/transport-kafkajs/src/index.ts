export {
  type ConnectionSettings,
  connectionFromEnv,
  connectionSettings,
  defaultSettings,
  type Environment,
  type ReadSettings,
  readConnectionEnv,
  redactSettings,
  type SettingProblem,
  SettingsError,
} from '@house-helper/transport-kafka'
export { type OpenedTransport, type OpenOptions, openTransport } from './shared-transport.ts'
export { createKafkaTransport, type TransportOptions } from './transport.ts'
