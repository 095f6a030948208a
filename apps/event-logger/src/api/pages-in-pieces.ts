import type { EventLog, EventRecord, ListQuery, Page } from '@house-helper/event-log'

// Values may be 1 MB each: a page is fetched in pieces, so that its size in memory is bounded too.
const pieceSize = 25
const maxPageBytes = 8 * 1024 * 1024

/** Reads a page of at most `limit` events; a page of large events is shorter, and has `next` all the same. */
export async function eventPage(
  log: Pick<EventLog, 'list'>,
  query: ListQuery & { readonly limit: number },
): Promise<Page<EventRecord>> {
  const items: EventRecord[] = []
  let bytes = 0
  let next = query.cursor
  do {
    const page = await log.list({ ...query, limit: Math.min(pieceSize, query.limit - items.length), cursor: next })
    items.push(...page.items)
    bytes += page.items.reduce((sum, { value }) => sum + value.length, 0)
    next = page.next
  } while (next !== undefined && items.length < query.limit && bytes < maxPageBytes)
  return { items, next }
}
