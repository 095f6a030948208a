import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { dispatch } from './dispatch.ts'

const root = resolve(import.meta.dirname, '../../..')

async function printed(...args: readonly string[]): Promise<string> {
  const lines: string[] = []
  await dispatch(args, { root, print: (line) => lines.push(line) })
  return lines.join('\n')
}

test('shows every command without arguments and with --help', async () => {
  expect(await printed()).toMatch(/^Usage: pnpm contracts <command>\n\n {2}\S/)
  expect(await printed('--help')).toBe(await printed())
})

test('names a command that it does not have, and those that it has', async () => {
  await expect(printed('shcema')).rejects.toThrow(/no command "shcema"\.\n\nUsage/)
})

test('shows the schema of a type, and names a type that no domain has', async () => {
  expect(JSON.parse(await printed('schema', 'task.completed'))).toMatchObject({
    type: 'object',
    required: ['taskId', 'title', 'completedBy', 'completedAt'],
  })
  await expect(printed('schema', 'task.forgotten')).rejects.toThrow('No domain has the event type task.forgotten.')
})
