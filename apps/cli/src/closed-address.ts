import { createServer } from 'node:net'

/** The address of a port of this machine that nothing listens on. */
export async function closedAddress(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('a listening server has an address')
  await new Promise((resolve) => server.close(resolve))
  return `127.0.0.1:${address.port}`
}
