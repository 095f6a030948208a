import type { Page } from '@house-helper/event-log'

// Values may be 1 MB each: a page is fetched in pieces, so that its size in memory is bounded too.
const pieceSize = 25
const maxPageBytes = 8 * 1024 * 1024

/** What a page is asked for with. */
interface Paging {
  readonly limit: number
  readonly cursor?: string | undefined
}

/** Reads a page of at most `limit` items; a page of large ones is shorter, and has `next` all the same. */
export async function pageInPieces<Item extends { readonly value: Uint8Array | null }, Query extends Paging>(
  list: (query: Query) => Promise<Page<Item>>,
  query: Query,
): Promise<Page<Item>> {
  const items: Item[] = []
  let bytes = 0
  let next = query.cursor
  do {
    const page = await list({ ...query, limit: Math.min(pieceSize, query.limit - items.length), cursor: next })
    items.push(...page.items)
    bytes += page.items.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)
    next = page.next
  } while (next !== undefined && items.length < query.limit && bytes < maxPageBytes)
  return { items, next }
}
