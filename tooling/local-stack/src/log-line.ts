import { existsSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { lastLines } from './command.ts'
import { LocalStackError } from './errors.ts'
import type { SupervisedProcess } from './supervised-process.ts'

/** What is waited for in a server's log. */
export interface LogLineWait {
  server: string
  process: SupervisedProcess
  logFile: string
  pattern: RegExp
  timeoutMs: number
  signal?: AbortSignal | undefined
}

/** Puts the log of an earlier start aside, as `<file>.previous`, so that its lines are not taken for new ones. */
export async function setLogAside(logFile: string): Promise<void> {
  if (existsSync(logFile)) await rename(logFile, `${logFile}.previous`)
}

/**
 * Waits until a server's log has a line.
 * Throws `SERVER_ENDED` when the server ends first and `START_TIMED_OUT` past `timeoutMs`, both with the log's last lines.
 */
export async function waitForLogLine(wait: LogLineWait): Promise<void> {
  const deadline = Date.now() + wait.timeoutMs
  let code: number | undefined
  void wait.process.ended.then((ended) => {
    code = ended
  })
  for (;;) {
    const log = await readFile(wait.logFile, 'utf8')
    if (wait.pattern.test(log)) return
    wait.signal?.throwIfAborted()
    if (code !== undefined) throw failure('SERVER_ENDED', `ended with code ${code} while starting`, wait, log)
    if (Date.now() > deadline) throw failure('START_TIMED_OUT', `did not start within ${wait.timeoutMs} ms`, wait, log)
    await sleep(25)
  }
}

function failure(code: 'SERVER_ENDED' | 'START_TIMED_OUT', what: string, wait: LogLineWait, log: string) {
  return new LocalStackError(code, `${wait.server} ${what}; ${wait.logFile} ends with:\n${lastLines(log, 20)}`)
}
