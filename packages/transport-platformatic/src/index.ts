export { createPlatformaticTransport, type TransportOptions } from './transport.ts'
