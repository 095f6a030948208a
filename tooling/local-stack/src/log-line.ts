import { existsSync } from 'node:fs'
import { type FileHandle, open, rename } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { lastLines } from './command.ts'
import { LocalStackError, type LocalStackErrorCode } from './errors.ts'
import type { SupervisedProcess } from './supervised-process.ts'

/** What is waited for in a server's log. */
export interface LogLineWait {
  server: string
  process: SupervisedProcess
  /** From openLog, before the server was started. */
  log: FileHandle
  pattern: RegExp
  timeoutMs: number
  signal?: AbortSignal | undefined
}

/**
 * Begins a server's log: that of an earlier start is put aside as `<file>.previous`, so that its lines are not taken
 * for new ones. The handle reads on when the file is gone with its temporary folder, and so tells why a server ended.
 */
export async function openLog(logFile: string): Promise<FileHandle> {
  if (existsSync(logFile)) await rename(logFile, `${logFile}.previous`)
  return open(logFile, 'a+')
}

/**
 * Waits until a server's log has a line.
 * Throws `PORT_TAKEN` or `SERVER_ENDED` when the server ends first, and `START_TIMED_OUT` past `timeoutMs`, with what
 * the log says about it.
 */
export async function waitForLogLine(wait: LogLineWait): Promise<void> {
  const deadline = Date.now() + wait.timeoutMs
  let code: number | undefined
  void wait.process.ended.then((ended) => {
    code = ended
  })
  for (let log = ''; ; ) {
    // Asked before reading: after the end nothing more is written.
    const endedWith = code
    log += await wait.log.readFile('utf8')
    if (wait.pattern.test(log)) return
    wait.signal?.throwIfAborted()
    if (endedWith !== undefined) throw endedWhileStarting(wait.server, endedWith, log)
    if (Date.now() > deadline)
      throw failure('START_TIMED_OUT', `${wait.server} did not start within ${wait.timeoutMs} ms`, log)
    await sleep(25)
  }
}

function endedWhileStarting(server: string, code: number, log: string): LocalStackError {
  const lostPort = /address already in use/i.test(log)
  return failure(lostPort ? 'PORT_TAKEN' : 'SERVER_ENDED', `${server} ended with code ${code} while starting`, log)
}

function failure(code: LocalStackErrorCode, what: string, log: string): LocalStackError {
  return new LocalStackError(code, `${what}; its log says:\n${tellingLines(log)}`)
}

/** Kafka's and mongod's lines of warning and above; where there are none, the last ones of any kind. */
function tellingLines(log: string): string {
  const telling = log.split('\n').filter((line) => /\b(WARN|ERROR|FATAL)\b|Exception|"s":"[WEF]"/.test(line))
  return lastLines(telling.join('\n'), 10) || lastLines(log, 20)
}
