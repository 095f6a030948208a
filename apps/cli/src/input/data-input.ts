import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Allowance } from '../deadline.ts'
import { CliError } from '../errors.ts'

/** Bytes that can be read: standard input. */
export type ByteSource = AsyncIterable<Uint8Array | string>

/** An event's data as the command line gives it, checked by its contract later. */
export type DataObject = z.infer<typeof objectSchema>

/** More than this is no event: Kafka takes messages of about 1 MB. */
export const MAX_DATA_BYTES = 8 * 1024 * 1024

const objectSchema = z.record(z.string(), z.unknown())

/**
 * Reads what `--data` names: JSON itself, `@file`, or `-` for standard input.
 *
 * @throws CliError `USAGE` when it cannot be read, is larger than {@link MAX_DATA_BYTES}, or is no JSON object.
 */
export async function readData(argument: string, stdin: ByteSource, { signal }: Allowance): Promise<DataObject> {
  const text = await source(argument, stdin, signal)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    // The parser's own message quotes what it read, which may be secret.
    const at = error instanceof Error ? /position \d+(?: \(line \d+ column \d+\))?/.exec(error.message)?.[0] : undefined
    throw new CliError('USAGE', `--data ${nameOf(argument)} is not JSON${at ? `, from ${at} on` : ''}.`)
  }
  const checked = objectSchema.safeParse(json)
  if (!checked.success) throw new CliError('USAGE', `--data ${nameOf(argument)} must be a JSON object: {"…": …}.`)
  return checked.data
}

async function source(argument: string, stdin: ByteSource, signal: AbortSignal): Promise<string> {
  if (argument === '-') return readAll(stdin, signal)
  if (!argument.startsWith('@')) return argument
  try {
    const bytes = await readFile(argument.slice(1), { signal })
    if (bytes.length > MAX_DATA_BYTES) throw tooLarge(argument)
    return bytes.toString('utf8')
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof CliError) throw error
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new CliError('USAGE', `--data ${argument} cannot be read${code}.`, { cause: error })
  }
}

async function readAll(stdin: ByteSource, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stdin) {
    if (signal.aborted) throw signal.reason
    const buffer = Buffer.from(chunk as Uint8Array)
    bytes += buffer.length
    if (bytes > MAX_DATA_BYTES) throw tooLarge('-')
    chunks.push(buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function tooLarge(argument: string): CliError {
  return new CliError('USAGE', `--data ${nameOf(argument)} is larger than ${MAX_DATA_BYTES} bytes, which is no event.`)
}

/** How a message names the data: never by its content. */
function nameOf(argument: string): string {
  if (argument === '-') return 'from standard input'
  return argument.startsWith('@') ? argument : 'on the command line'
}
