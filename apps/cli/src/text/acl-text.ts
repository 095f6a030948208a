import type { PlannedRight, Right } from '@house-helper/contracts'
import type { Acl } from '@house-helper/events-core'
import type { Column } from './output.ts'

/** A right as it is shown: planned offline (no status), compared, or given. */
export interface ShownRight extends Acl {
  readonly status?: PlannedRight['status'] | 'added' | 'other'
  /** Undefined for an ACL that is not planned. */
  readonly service?: string
  readonly purpose?: string
}

/** A planned right as it is shown. */
export function shownRight({ acl, service, purpose }: Right, status?: ShownRight['status']): ShownRight {
  return { ...acl, service, purpose, ...(status && { status }) }
}

/** How rights are shown; with a status where they were compared with a cluster. */
export function rightColumns(isCompared: boolean): readonly Column<ShownRight>[] {
  const status: Column<ShownRight> = {
    heading: 'STATUS',
    cell: ({ status: text = '' }) => text,
    color: (text, { status: is }, { green, yellow, dim }) => {
      if (is === 'other') return yellow(text)
      return is === 'matches' ? dim(text) : green(text)
    },
  }
  return [
    ...(isCompared ? [status] : []),
    { heading: 'PRINCIPAL', cell: ({ principal }) => principal },
    {
      heading: 'RIGHT',
      cell: ({ permission, operation }) => (permission === 'deny' ? `deny ${operation}` : operation),
    },
    { heading: 'ON', cell: resourceText },
    { heading: 'IN ORDER TO', cell: purposeText, wrap: true },
  ]
}

function resourceText({ resource, name, pattern, host }: ShownRight): string {
  const from = host === '*' ? '' : ` from ${host}`
  if (resource === 'cluster') return `Cluster${from}`
  const kind = resource.charAt(0).toUpperCase() + resource.slice(1)
  return `${kind}:${name}${pattern === 'prefixed' ? '…' : ''}${from}`
}

function purposeText({ purpose, permission }: ShownRight): string {
  if (purpose !== undefined) return purpose
  return permission === 'deny'
    ? 'not in the plan, and a deny goes before every right; left alone'
    : 'not in the plan; left alone'
}
