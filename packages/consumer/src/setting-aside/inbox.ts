import { type DeliveryNote, decodeDelivery, type FetchedMessage } from '@house-helper/events-core'

/** A message of the inbox, opened: the message as it was in its domain topic, or why it is no delivery for this group. */
export type Opened =
  | { readonly ok: true; readonly note: DeliveryNote; readonly message: FetchedMessage }
  | { readonly ok: false; readonly reason: string }

/** Opens a message of a group's inbox. */
export function openDelivery(message: FetchedMessage, groupId: string): Opened {
  const decoded = decodeDelivery(message)
  if (!decoded.ok) return { ok: false, reason: decoded.problem.message }
  const { note, original } = decoded
  if (note.groupId !== groupId) return { ok: false, reason: `It is addressed to the group ${note.groupId}.` }
  if (note.kind === 'live') return { ok: false, reason: 'Its kind is live, which only domain topics have.' }
  return { ok: true, note, message: { ...message, headers: original.headers } }
}
