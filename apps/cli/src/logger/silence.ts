import { CliError } from '../errors.ts'

/** Waits for something that may take long in all, but whose next sign must not; throws `TIMED_OUT` after that silence. */
export async function unlessSilent<Value>(sign: Promise<Value>, timeoutMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const remedy = 'Run hh-events doctor to see what does not answer, or give --timeout more time.'
      reject(
        new CliError('TIMED_OUT', `The event logger sent nothing for ${timeoutMs} ms. ${remedy}`, { canRetry: true }),
      )
    }, timeoutMs)
  })
  try {
    return await Promise.race([sign, silence])
  } finally {
    clearTimeout(timer)
  }
}
