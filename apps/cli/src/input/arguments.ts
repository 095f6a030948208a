import { checkGroupId, checkSandboxName } from '@house-helper/events-core'
import { InvalidArgumentError } from 'commander'

/** Reads a count of at least 1; throws commander's argument error. */
export function countArgument(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('Write a whole number from 1 to 99999.')
  return Number(text)
}

/** Reads a group id that can stand in a topic name; throws commander's argument error. */
export function groupArgument(text: string): string {
  try {
    return checkGroupId(text)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

/** Reads the name of a sandbox that can stand in a topic name; throws commander's argument error. */
export function sandboxArgument(text: string): string {
  try {
    return checkSandboxName(text)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}
