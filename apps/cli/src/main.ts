#!/usr/bin/env node
import { connectionFromEnv, createKafkaTransport } from '@house-helper/transport-kafkajs'
import { domains } from './domains.ts'
import { endpointsFromEnv } from './kafka-settings.ts'
import { runProgram } from './program.ts'

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever reads has seen enough, as with `| head`: no failure.
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

const exitCode = await runProgram({
  argv: process.argv.slice(2),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  fetch: globalThis.fetch,
  onInterrupt: (stop) => {
    process.on('SIGINT', stop)
    return () => process.off('SIGINT', stop)
  },
  nodeVersion: process.versions.node,
  now: Date.now,
  domains,
  endpoints: endpointsFromEnv,
  openTransport: (env) => createKafkaTransport(connectionFromEnv(env)),
})

// Ends the process even where an abandoned wait (a name look-up, standard input) would keep it; output comes first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)))
