// A service whose broker accepts connections and never answers; it closes its transport on SIGTERM, as services do.
import { createPlatformaticTransport } from '../src/transport.ts'

const transport = await createPlatformaticTransport({ brokers: [process.argv[2] ?? ''] })
const messages = [{ key: null, value: Buffer.from('{}') }]
const append = transport.sender.append({ topic: 'house-helper.tasks', partition: 0, messages }, { timeoutMs: 600_000 })
append.catch(({ code }: { readonly code: string }) => console.log(code))
process.once('SIGTERM', () => void transport.close())
console.log('ready')
