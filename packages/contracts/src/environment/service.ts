import { checkGroupId } from '@house-helper/events-core'
import { z } from 'zod'
import { closedObject } from './closed-object.ts'

const groupId = z.string().refine(isGroupId, {
  error: 'cannot name a group: use 1 to 200 letters, digits, dots, hyphens and underscores',
})

const principal = z.string().regex(/^User:[^*].*$/, { error: 'must be User:<name>, as the brokers know the client' })

/** Who somebody is to the events: most are services; `viewer` is an operator who only looks. */
export type Role = 'service' | 'event-logger' | 'operator' | 'viewer'

/** What one service does, complete. */
export interface Service {
  /** For people. Default: the principal's name. */
  readonly name?: string | undefined
  /** `User:<name>`, as the brokers know it. */
  readonly principal: string
  readonly role: Role
  /** The domains whose events it publishes. */
  readonly publishes: readonly string[]
  /** The domains whose events it handles, in its group. */
  readonly handles: readonly string[]
  /** Its group; for the event logger, the group that records. */
  readonly group?: string | undefined
  /** Whether it gives events up to dead letters. Default true. */
  readonly deadLetters: boolean
  /** Whether one of its handlers has `retry.later`. Default false. */
  readonly laterRetries: boolean
}

/** One service as it is written. */
export type ServiceInput = Pick<Service, 'principal'> & { readonly [Key in keyof Service]?: Service[Key] | undefined }

const roles = ['service', 'event-logger', 'operator', 'viewer'] as const

/** Reads one service. */
export const serviceSchema: z.ZodType<Service, ServiceInput> = closedObject({
  name: z.string().min(1, { error: 'must not be empty: leave it out' }).optional(),
  principal,
  role: z.enum(roles, { error: `must be one of ${roles.join(', ')}` }).default('service'),
  publishes: z.array(z.string()).readonly().default([]),
  handles: z.array(z.string()).readonly().default([]),
  group: groupId.optional(),
  deadLetters: z.boolean().default(true),
  laterRetries: z.boolean().default(false),
}).superRefine(({ role, handles, group, publishes }, context) => {
  const say = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
  if (role !== 'service') {
    if (handles.length > 0) say('handles', `is for services, not for the role ${role}`)
    if (role !== 'event-logger' && group !== undefined) say('group', `is not for the role ${role}`)
    return
  }
  if (handles.length > 0 && group === undefined) {
    say('group', 'is missing: whoever handles events does so in a group of its own')
  }
  if (handles.length === 0 && group !== undefined) {
    say('handles', 'is empty, and a group without events to handle needs no rights: name domains, or leave group out')
  }
  if (handles.length === 0 && publishes.length === 0 && group === undefined) {
    say('publishes', 'and handles are empty: name the domains that it publishes or handles')
  }
})

function isGroupId(text: string): boolean {
  try {
    checkGroupId(text)
    return true
  } catch {
    return false
  }
}
