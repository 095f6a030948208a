import type { Cast, Checked, EventContract, Issue } from './contract.ts'
import { majorVersion } from './envelope.ts'
import type { Side } from './schema.ts'

/** The contract among a contract's versions that data of a version on the wire is read by, or undefined for an unknown major. */
export function readableAs(contract: EventContract, version: string): EventContract | undefined {
  if (version === contract.version) return contract
  const major = majorVersion(version)
  if (major === contract.major) return contract
  return major === undefined ? undefined : contract.versions[contract.major - major]
}

/**
 * Reads data of any version that a contract knows as data of the contract's own: it is checked by the contract that it
 * was written under, and the result of each upcast by the next one.
 *
 * The given data stays as it is; the result has the contract's fields only. Undefined for an unknown major.
 */
export function readData(contract: EventContract, version: string, data: unknown): Checked | undefined {
  const written = readableAs(contract, version)
  return written && readWritten(contract, written, data)
}

/** Reads data that was written under one of a contract's versions. */
export function readWritten(contract: EventContract, written: EventContract, data: unknown): Checked {
  const { previous } = contract
  if (written === contract || previous === undefined) return contract.check('reader', data)
  const before = readWritten(previous, written, data)
  if (!before.ok) return before
  return cast('upcast', 'reader', { from: previous.version, to: contract, run: contract.upcast }, before.value)
}

/**
 * Checks data that a publisher gave, closed against the contract, and gives what goes on the wire: the same in the form
 * of the version that the contract is published as, checked against each version on the way.
 */
export function publishData(contract: EventContract, data: unknown): Checked {
  return downcastTo(contract.publishAs, contract, contract.check('publisher', data))
}

function downcastTo(version: string, contract: EventContract, checked: Checked): Checked {
  const { previous } = contract
  if (contract.version === version || previous === undefined || !checked.ok) return checked
  const step: Step = { from: contract.version, to: previous, run: contract.downcast }
  return downcastTo(version, previous, cast('downcast', 'publisher', step, checked.value))
}

interface Step {
  readonly from: string
  readonly to: EventContract
  readonly run: Cast | undefined
}

function cast(name: 'upcast' | 'downcast', side: Side, { from, to, run }: Step, data: unknown): Checked {
  const step = `the ${name} from ${from} to ${to.version}`
  try {
    const result: unknown = run?.(data as never)
    if (result instanceof Promise) {
      // Nobody waits for it: its rejection would end the process.
      result.catch(() => {})
      return refused(`${step} gave a promise; a cast answers at once`)
    }
    const checked = to.check(side, result)
    if (checked.ok) return checked
    return {
      ok: false,
      issues: checked.issues.map((issue) => ({ ...issue, message: `${issue.message} (by ${step})` })),
    }
  } catch (thrown) {
    // The error's own words could quote the payload, which does not belong into logs.
    return refused(`${step} threw ${thrown instanceof Error ? thrown.constructor.name : 'something that is no error'}`)
  }
}

function refused(message: string): { readonly ok: false; readonly issues: readonly Issue[] } {
  return { ok: false, issues: [{ path: 'data', message }] }
}
