import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

const program = fileURLToPath(new URL('../test/ending-process.ts', import.meta.url))

it('lets a process end at SIGTERM while its broker is away', { timeout: 60_000 }, async () => {
  const connected = Promise.withResolvers<void>()
  const silent = createServer((socket) => {
    socket.on('error', () => {})
    connected.resolve()
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void silent.close())
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const service = spawn(process.execPath, ['--conditions=@house-helper/source', program, `127.0.0.1:${port}`])
  onTestFinished(() => void service.kill('SIGKILL'))
  let said = ''
  service.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  await connected.promise
  service.kill('SIGTERM')
  const [exitCode] = await once(service, 'exit')
  expect(exitCode).toBe(0)
  expect(said).toBe('ready\nCLOSED\n')
})
