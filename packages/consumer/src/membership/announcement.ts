import { z } from 'zod'
import type { HandlerSet } from '../handlers.ts'
import { packageVersion } from '../package-version.ts'
import type { Routes } from '../route.ts'

/** What a subscriber tells whoever describes its group; JSON in the member's metadata. */
export interface Announcement {
  readonly protocol: 1
  /** This life of the member, as it stands in its commits too. */
  readonly instance?: string
  /** Versions of the packages at work here. */
  readonly packages: Readonly<Record<string, string>>
  readonly handles: readonly {
    readonly type: string
    /** The contract's version that the handler was written for. */
    readonly version: string
    readonly onReplay: 'handle' | 'skip'
  }[]
  /** The domains, and the version of this package that their handler sets were made by. */
  readonly domains: Readonly<Record<string, string>>
}

/** Writes the announcement of a subscriber as bytes. */
export function announcementOf(sets: readonly HandlerSet[], routes: Routes, instance?: string): Uint8Array {
  const announcement: Announcement = {
    protocol: 1,
    ...(instance !== undefined && { instance }),
    packages: { '@house-helper/consumer': packageVersion },
    handles: [...routes.values()].map(({ contract, onReplay }) => ({
      type: contract.type,
      version: contract.version,
      onReplay,
    })),
    domains: Object.fromEntries(sets.map(({ domain, madeBy }) => [domain, madeBy])),
  }
  return Buffer.from(JSON.stringify(announcement))
}

// Loose: a later version of this protocol may say more.
const announcementSchema = z.object({
  protocol: z.literal(1),
  instance: z.string().exactOptional(),
  packages: z.record(z.string(), z.string()),
  handles: z.array(z.object({ type: z.string(), version: z.string(), onReplay: z.enum(['handle', 'skip']) })),
  domains: z.record(z.string(), z.string()),
})

/** Reads an announcement; undefined for what another client, or a later protocol, has put in its place. */
export function readAnnouncement(bytes: Uint8Array): Announcement | undefined {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  } catch {
    return undefined
  }
  return announcementSchema.safeParse(json).data
}
