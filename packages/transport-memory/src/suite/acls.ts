import { randomBytes } from 'node:crypto'
import { type Acl, aclKey, CLUSTER_RESOURCE_NAME } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import type { Stage } from './stage.ts'

/** The tests of a Transport's ACLs: kept where the brokers keep any, else a failure that says so. */
export function describeAcls(stage: Stage): void {
  describe.runIf(stage.harness.hasAcls)('adding ACLs', () => {
    it('keeps each ACL once, as it was given, and shows it to every transport', async () => {
      const { admin } = stage.transport
      const principal = `User:suite-${randomBytes(6).toString('hex')}`
      const added = aclsOf(principal, stage.freshName())
      await admin.createAcls(added)
      await admin.createAcls(added.slice(0, 1))
      await admin.createAcls([])
      const other = await stage.open()
      const shown = (await other.admin.acls()).filter((acl) => acl.principal === principal)
      expect(shown.map(aclKey).sort()).toEqual(added.map(aclKey).sort())
    })
  })

  it.skipIf(stage.harness.hasAcls)('fails with ACLS_DISABLED where the brokers keep no ACLs', async () => {
    const { admin } = stage.transport
    const disabled = { code: 'ACLS_DISABLED', message: expect.stringContaining('authorizer.class.name') }
    await expect(admin.acls()).rejects.toMatchObject(disabled)
    await expect(admin.createAcls(aclsOf('User:suite', stage.freshName()))).rejects.toMatchObject(disabled)
  })
}

function aclsOf(principal: string, topic: string): readonly Acl[] {
  const acl = { principal, host: '*', permission: 'allow' } as const
  return [
    { ...acl, resource: 'topic', name: topic, pattern: 'literal', operation: 'Write' },
    { ...acl, resource: 'topic', name: `${topic}.`, pattern: 'prefixed', operation: 'DescribeConfigs' },
    { ...acl, resource: 'topic', name: topic, pattern: 'literal', operation: 'AlterConfigs', permission: 'deny' },
    { ...acl, resource: 'group', name: '*', pattern: 'literal', operation: 'Describe' },
    {
      ...acl,
      resource: 'cluster',
      name: CLUSTER_RESOURCE_NAME,
      pattern: 'literal',
      operation: 'Describe',
      host: '10.0.0.1',
    },
  ]
}
