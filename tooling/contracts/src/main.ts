import { resolve } from 'node:path'
import { isHouseHelperError } from '@house-helper/events-core'
import { dispatch } from './dispatch.ts'

const root = resolve(import.meta.dirname, '../../..')

try {
  process.exitCode = await dispatch(process.argv.slice(2), {
    root,
    print: (line) => process.stdout.write(`${line}\n`),
  })
} catch (error) {
  if (!isHouseHelperError(error)) throw error
  console.error(error.message)
  process.exitCode = 2
}
