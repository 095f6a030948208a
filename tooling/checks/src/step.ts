/** What a step found. */
interface StepResult {
  passed: boolean
  /** Shown when the step failed. */
  output: string
}

/** One static check. */
export interface Step {
  name: string
  run(): Promise<StepResult>
}

/** How many steps passed and failed. */
export interface StepCounts {
  passed: number
  failed: number
}

/**
 * Runs every step, one after the other, also after a failure: one run tells all that is wrong.
 * Writes a line for each, the output of those that failed, and a summary. A step that throws has failed.
 */
export async function runSteps(steps: readonly Step[], write: (line: string) => void): Promise<StepCounts> {
  const failed: string[] = []
  for (const step of steps) {
    const begun = performance.now()
    const { passed, output } = await runStep(step)
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1)
    write(`${passed ? 'passed' : 'FAILED'}  ${step.name} (${seconds} s)`)
    if (passed) continue
    failed.push(step.name)
    write(output)
  }
  const verdict = failed.length === 0 ? 'all checks passed' : `failed: ${failed.join(', ')}`
  write(`${steps.length} checks, ${verdict}`)
  return { passed: steps.length - failed.length, failed: failed.length }
}

async function runStep(step: Step): Promise<StepResult> {
  try {
    return await step.run()
  } catch (error) {
    return { passed: false, output: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
