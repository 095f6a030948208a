import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const goMessages = pathToFileURL(join(root, 'packages/domains/tasks/test/go-message.ts')).href
const { documentedMessage, nanosecondMessage } = (await import(goMessages)) as Record<string, string>

const schema = JSON.parse(readFileSync(join(root, 'docs/contracts/schemas/task.completed@1.0.schema.json'), 'utf8'))
const ajv = new Ajv2020({ strict: false })
formats.default(ajv)
const reader = ajv.compile(schema)
const publisher = ajv.getSchema(`${schema.$id}#/$defs/publisher`)

it.each([
  ['as documented', documentedMessage],
  ['with nine digits and an offset', nanosecondMessage],
])('a message of the Go service %s is one for readers, and not as publishers here write it', (_, message = '') => {
  expect([reader(JSON.parse(message)), publisher?.(JSON.parse(message))]).toEqual([true, false])
})

it('a message of the Go service without what makes it a fact is none', () => {
  expect(reader(JSON.parse((documentedMessage ?? '').replace('"taskId"', '"id"')))).toBe(false)
})
