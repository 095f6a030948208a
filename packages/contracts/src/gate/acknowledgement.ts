import { z } from 'zod'
import { ContractsError } from '../errors.ts'

/** Somebody's word that an unknown change is compatible, and why. */
export interface Acknowledgement {
  readonly type: string
  /** The version that brought the change. */
  readonly version: string
  /** `data.list.[].name`, as the gate prints it. */
  readonly path: string
  readonly reason: string
}

/** The name of the file of acknowledgements, beside the lock file. */
export const acknowledgedFileName = 'contracts.acknowledged.json'

const acknowledgements = z.array(
  z.strictObject({
    type: z.string(),
    version: z.string(),
    path: z.string(),
    reason: z.string().min(10, 'must say why in at least ten characters'),
  }),
)

/**
 * Reads the text of a file of acknowledgements.
 *
 * @throws ContractsError `ACKNOWLEDGEMENTS_UNREADABLE` naming file and place.
 */
export function parseAcknowledgements(text: string, file: string): readonly Acknowledgement[] {
  const parsed = acknowledgements.safeParse(jsonOf(text, file))
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`)
  throw unreadable(file, issues.join('; '))
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unreadable(file, error instanceof Error ? error.message : String(error))
  }
}

function unreadable(file: string, what: string): ContractsError {
  const remedy = 'It is a list of { "type", "version", "path", "reason" }.'
  return new ContractsError('ACKNOWLEDGEMENTS_UNREADABLE', `${file} cannot be used: ${what}. ${remedy}`, {
    details: { file },
  })
}
