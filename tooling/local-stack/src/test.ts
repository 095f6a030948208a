/**
 * `pnpm test`: one Kafka and one MongoDB for the whole run, then Vitest over the workspace.
 * Arguments go to Vitest (`pnpm test packages/consumer`), and its exit code is ours.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { isLocalStackError } from './errors.ts'
import { projectRoot } from './project-folder.ts'
import { type Stack, startStack } from './stack.ts'

// Past it, a Vitest that was asked to end is made to.
const vitestEndTimeoutMs = 10_000

async function main(args: readonly string[]): Promise<number> {
  const interrupt = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort())
  try {
    const stack = await startStack({
      onProgress: ({ server, step }) => say(`${server}: ${step}`),
      signal: interrupt.signal,
    })
    try {
      sayWhatRuns(stack)
      return await runVitest(args, stack, interrupt.signal)
    } finally {
      await stack.close()
    }
  } catch (error) {
    if (interrupt.signal.aborted) return 130
    if (!isLocalStackError(error)) throw error
    say(`${error.code}: ${error.message}`)
    return 1
  }
}

function sayWhatRuns({ kafka, mongodb }: Stack): void {
  say(`Kafka at ${kafka.brokers.join(',')} (${kafka.kind}: ${kafka.why})`)
  const where = mongodb.kind === 'environment' ? 'MongoDB' : `${mongodb.description} at ${mongodb.uri}`
  say(`${where} (${mongodb.kind}: ${mongodb.why})`)
}

async function runVitest(args: readonly string[], { kafka, mongodb }: Stack, signal: AbortSignal): Promise<number> {
  const vitest = join(projectRoot, 'node_modules/vitest/vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', ...args], {
    cwd: projectRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, KAFKA_BROKERS: kafka.brokers.join(','), MONGODB_URI: mongodb.uri },
  })
  const end = () => endProcess(child)
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  const [code] = await once(child, 'exit')
  return signal.aborted ? 130 : (code ?? 1)
}

function endProcess(child: ChildProcess): void {
  child.kill('SIGTERM')
  setTimeout(() => child.kill('SIGKILL'), vitestEndTimeoutMs).unref()
}

function say(line: string): void {
  process.stderr.write(`[local-stack] ${line}\n`)
}

process.exitCode = await main(process.argv.slice(2))
