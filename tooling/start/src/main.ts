import { help, parseOptions } from './options.ts'
import { run } from './run.ts'
import { createScreen } from './screen.ts'

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // A second one must not wait for the order of the first: the supervisors end whatever is left.
    if (interrupted.signal.aborted) process.exit(130)
    interrupted.abort(signal)
  })
}

process.exitCode = await main()

async function main(): Promise<number> {
  let options: ReturnType<typeof parseOptions>
  try {
    options = parseOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`)
    return 2
  }
  if (options.help) {
    console.log(help)
    return 0
  }
  const screen = createScreen(process.stdout, performance.now() - process.uptime() * 1000)
  try {
    await run(options, screen, interrupted.signal)
    return 0
  } catch (error) {
    if (interrupted.signal.aborted) return 0
    screen.end(`failed: ${(error as Error).message}`)
    return 1
  }
}
