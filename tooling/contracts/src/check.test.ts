import { expect, it } from 'vitest'
import { copyWorkspace, type WorkspaceCopy } from '../test/workspace-copy.ts'

const file = 'src/task-completed.ts'
const note = "    note: z.string().optional().describe('What the member had to say'),"
const lockFile = 'packages/domains/tasks/contracts.lock.json'

function raise(copy: WorkspaceCopy, version: string): void {
  copy.edit(file, "version: '1.0'", `version: '${version}'`)
}

function addField(copy: WorkspaceCopy, field: string): void {
  copy.edit(file, note, `${note}\n    photo: ${field}.describe('A photo'),`)
}

function addMinor(copy: WorkspaceCopy): void {
  copy.addChangeset('change', { '@house-helper/tasks': 'minor' })
}

it('passes where nothing has changed, and where only a description has', () => {
  using copy = copyWorkspace()
  copy.edit(file, 'A task was done.', 'A task was finished.')
  expect(copy.contracts('check')).toMatchObject({ status: 0, text: expect.stringContaining('nothing has changed') })
}, 120_000)

it.each<[fails: string, change: (copy: WorkspaceCopy) => void, says: string]>([
  [
    'a compatible change without a new version',
    (copy) => {
      addField(copy, 'id().optional()')
      addMinor(copy)
    },
    'what to do: give the contract the version 1.1',
  ],
  [
    'a compatible change without a changeset',
    (copy) => {
      addField(copy, 'id().optional()')
      raise(copy, '1.1')
    },
    'needs a minor changeset, and @house-helper/tasks has no changeset',
  ],
  [
    'a compatible change with a patch changeset',
    (copy) => {
      addField(copy, 'id().optional()')
      raise(copy, '1.1')
      copy.addChangeset('change', { '@house-helper/tasks': 'patch' })
    },
    'has a patch changeset only',
  ],
  [
    'another major without casts',
    (copy) => {
      raise(copy, '2.0')
      copy.addChangeset('change', { '@house-helper/tasks': 'major' })
    },
    '2.0 cannot read events of 1.0',
  ],
  [
    'a type that the domain has no more',
    (copy) => copy.edit('src/domain.ts', 'taskCreated, taskUpdated, taskCompleted', 'taskCreated, taskUpdated'),
    'the domain has no such type any more',
  ],
  [
    'an unknown change that nobody has acknowledged',
    (copy) => {
      copy.edit(file, note, note.replace('z.string()', 'z.string().regex(/^(?=[^]*$)/)'))
      raise(copy, '1.1')
      addMinor(copy)
    },
    'acknowledge it in contracts.acknowledged.json with {"type":"task.completed","version":"1.1","path":"data.note"',
  ],
  [
    'an acknowledgement of nothing',
    (copy) => copy.write('packages/domains/tasks/contracts.acknowledged.json', acknowledgement),
    'an acknowledgement for data.note is of no unknown change',
  ],
  [
    'a lock that has lost a version of the base branch',
    (copy) => {
      const { events, ...others } = JSON.parse(copy.read(lockFile))
      delete events['task.deleted']
      copy.write(lockFile, JSON.stringify({ ...others, events }))
    },
    'contracts.lock.json has lost something: task.deleted 1.0 is gone',
  ],
  [
    'a package with a new version whose contracts are not locked',
    (copy) => {
      addField(copy, 'id().optional()')
      raise(copy, '1.1')
      copy.edit('package.json', '"version": "', '"version": "9')
    },
    'run `pnpm contracts lock`',
  ],
  [
    'a version that is locked without a release',
    (copy) => {
      addField(copy, 'id().optional()')
      raise(copy, '1.1')
      copy.contracts('lock')
    },
    'task.completed 1.1 is locked, but the package has the version of the base branch',
  ],
  [
    'a major of the shared packages without one of the domain',
    (copy) => {
      copy.write('.changeset/config.json', '{ "baseBranch": "main", "fixed": [["@house-helper/events-core"]] }')
      copy.addChangeset('core', { '@house-helper/events-core': 'major' })
    },
    'add "@house-helper/tasks": major',
  ],
])(
  'fails on %s',
  (_, change, says) => {
    using copy = copyWorkspace()
    change(copy)
    const { status, text } = copy.contracts('check')
    expect(text).toContain(says)
    expect(status).toBe(1)
  },
  120_000,
)

const acknowledgement = JSON.stringify([
  { type: 'task.completed', version: '1.1', path: 'data.note', reason: 'The pattern takes every text' },
])

it('passes an unknown change that somebody has acknowledged, and prints the reason', () => {
  using copy = copyWorkspace()
  copy.edit(file, note, note.replace('z.string()', 'z.string().regex(/^(?=[^]*$)/)'))
  raise(copy, '1.1')
  addMinor(copy)
  copy.write('packages/domains/tasks/contracts.acknowledged.json', acknowledgement)
  const { status, text } = copy.contracts('check')
  expect(text).toContain('acknowledged: The pattern takes every text')
  expect(status).toBe(0)
}, 120_000)

it.each([
  ['no JSON', () => '{', /contracts\.lock\.json cannot be used: .*JSON/],
  ['an unknown keyword', (text: string) => text.replace('"type": "object"', '"typ": "object"'), /schema: .*"typ"/],
  [
    'an entry that was edited by hand',
    (text: string) => text.replace('"maximum": 9', '"maximum": 8'),
    /edited by hand/,
  ],
])(
  'names file and place of a lock with %s',
  (_, broken, message) => {
    using copy = copyWorkspace()
    copy.write(lockFile, broken(copy.read(lockFile)))
    const { status, text } = copy.contracts('check')
    expect(text).toMatch(message)
    expect(status).toBe(2)
  },
  120_000,
)

it('locks what a release brings when the changesets become versions, and passes then', () => {
  using copy = copyWorkspace()
  addField(copy, 'id().optional()')
  raise(copy, '1.1')
  addMinor(copy)
  copy.commit()
  const { text, status } = copy.changeset('version')
  expect(status, text).toBe(0)
  const lock = JSON.parse(copy.read(lockFile))
  expect(Object.keys(lock.events['task.completed'])).toEqual(['1.0', '1.1'])
  const fixture = JSON.parse(copy.read('packages/domains/tasks/fixtures/task.completed@1.1.json'))
  expect(fixture).toMatchObject({ type: 'task.completed', version: '1.1', householdId: 'household-001' })
  expect(copy.contracts('check')).toMatchObject({ status: 0 })
}, 120_000)

it('says which branch git does not know', () => {
  using copy = copyWorkspace()
  const { status, text } = copy.contracts('check', '--base', 'trunk')
  expect(text).toContain('git knows no trunk')
  expect(status).toBe(2)
}, 120_000)
