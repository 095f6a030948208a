import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { projectRoot } from './project-folder.ts'
import type { Step } from './step.ts'

// A check that hangs is a failed check.
const timeoutMs = 600_000

/** A step that runs one of the workspace's own tools; it passes when the tool ends with 0. */
export function commandStep(name: string, tool: string, args: readonly string[]): Step {
  return {
    name,
    run: async () => {
      const child = spawn(join(projectRoot, 'node_modules/.bin', tool), args, {
        cwd: projectRoot,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
        timeout: timeoutMs,
      })
      const output: Buffer[] = []
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk))
      const [code, signal] = await once(child, 'close')
      const text = Buffer.concat(output).toString('utf8').trimEnd()
      if (code === 0) return { passed: true, output: text }
      return { passed: false, output: `${text}\n${tool} ended with ${code ?? signal}` }
    },
  }
}
