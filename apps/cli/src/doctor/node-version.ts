import type { Finding } from './finding.ts'

/** The oldest Node that runs the apps, as their package.json says in `engines`. */
const OLDEST_NODE = [22, 22] as const

/** Whether this Node is new enough. */
export function nodeFinding(version: string): Finding {
  const found = { subject: 'node', check: 'version' }
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_NODE
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) {
    return { ...found, status: 'ok', detail: version }
  }
  return { ...found, status: 'failed', detail: version, remedy: `Use Node ${OLDEST_NODE.join('.')} or newer.` }
}
