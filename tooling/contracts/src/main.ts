import { isHouseHelperError } from '@house-helper/events-core'
import { dispatch } from './dispatch.ts'
import { rootOf } from './root.ts'

const { root, args } = rootOf(process.argv.slice(2))

try {
  process.exitCode = await dispatch(args, { root, print: (line) => process.stdout.write(`${line}\n`) })
} catch (error) {
  if (!isHouseHelperError(error)) throw error
  console.error(error.message)
  process.exitCode = 2
}
