import type { LoggedDelivery } from './delivery-client.ts'

/** Says in sentences where a group stands with an event, why, and what to do; never more than the logger knows. */
export function deliveryText(delivery: LoggedDelivery, type: string): string[] {
  const sentences = [...standing(delivery, type)]
  if (delivery.members === 0 && isToCome(delivery)) sentences.push('The group has no members now: start its service.')
  if (!delivery.inboxRead && delivery.state !== 'unknown') {
    sentences.push('Not all of its inbox was read: more for this event may wait there.')
  }
  return sentences
}

/** Whether the group has something of the event before it, for which it needs members. */
function isToCome({ state, redrivePassed, inbox }: LoggedDelivery): boolean {
  return state === 'waiting' || state === 'retrying' || redrivePassed === false || inbox.length > 0
}

function standing(delivery: LoggedDelivery, type: string): string[] {
  const { group } = delivery
  switch (delivery.state) {
    case 'passed':
      return [passed(delivery, type)]
    case 'waiting':
      return waiting(delivery, type)
    case 'retrying':
      return retrying(delivery)
    case 'dead':
      return dead(delivery)
    case 'redriven':
      return [gaveUp(delivery), redriven(delivery)]
    case 'replayed':
      return [`${group}: ${replayed(delivery)}`]
    default:
      return [`${group}: not known. ${reasonText(delivery.reason)}`]
  }
}

function passed({ group, handles }: LoggedDelivery, type: string): string {
  if (handles === false) return `${group}: past it. Its members say that they do not handle ${type}.`
  const what =
    handles === true
      ? 'Its members handle this type; what came of it, only they know'
      : 'What came of it there is not known'
  return `${group}: past it. ${what}.`
}

function waiting({ group, handles, before }: LoggedDelivery, type: string): string[] {
  const ahead = before ? `${counted(before, 'message')} of its partition come first` : 'it is the next of its partition'
  const sentences = [`${group}: not past it yet; ${ahead}.`]
  if (handles === false) sentences.push(`Its members say that they do not handle ${type}.`)
  return sentences
}

function retrying({ group, attempts, inbox, before }: LoggedDelivery): string[] {
  const later = inbox.find(({ kind }) => kind === 'retry')
  const tried = attempts ? ` after ${counted(attempts, 'attempt')}` : ''
  if (later === undefined) {
    const behind = before ? ` ${counted(before, 'uncommitted message')} of its partition come before it.` : ''
    return [`${group}: it fails and is tried again${tried}; events of the same key wait.${behind}`]
  }
  return [
    `${group}: it failed${tried}, and is tried again ${later.notBefore ? `from ${later.notBefore} on` : 'later'}.`,
  ]
}

function dead(delivery: LoggedDelivery): string[] {
  const { deadLetter } = delivery
  const said = gaveUp(delivery)
  if (deadLetter?.state === 'discarded') return [said, 'It was discarded since: nobody tries it again.']
  if (deadLetter?.unreadable) {
    return [
      said,
      `It cannot be redriven: ${deadLetter.unreadable.message} To close it: hh-events dead discard ${deadLetter.id}`,
    ]
  }
  return [said, `${advice(deadLetter?.lastFailure?.code)} Then: hh-events dead redrive ${deadLetter?.id}`]
}

function gaveUp({ group, deadLetter }: LoggedDelivery): string {
  if (!deadLetter) return `${group}: gave it up.`
  const { lastTime, attempts, lastFailure, id, count } = deadLetter
  const times = count > 1 ? `, for the ${count}. time` : ''
  const after = attempts ? ` after ${counted(attempts, 'attempt')}` : ''
  const why = lastFailure ? `: ${lastFailure.code}: ${lastFailure.message}` : ''
  return `${group}: gave it up at ${lastTime}${after}${times}${sentence(why)} (Dead letter ${id}.)`
}

function redriven({ redrivePassed }: LoggedDelivery): string {
  if (redrivePassed === true) return 'It was sent again since, and the group is past that.'
  if (redrivePassed === false) return 'It was sent again since, and waits in the inbox of the group.'
  return 'It was sent again since; whether the group is past that is not known.'
}

/** What to mend before a redrive, by the code of the failure. */
function advice(code: string | undefined): string {
  switch (code) {
    case 'REJECTED':
      return 'Its handler refuses it: change what it refuses it for.'
    case 'CONTRACT_BROKEN':
      return 'Its data breaks the contract that the service has: update the service to a contract that takes it. A redrive sends the same data.'
    case 'VERSION_TOO_NEW':
    case 'VERSION_UNKNOWN':
      return 'The service does not know this version of the contract: update its domain package.'
    case 'PROCESS_DIED':
      return 'The process died each time that it handled this event: find out why in its log.'
    case 'EVENT_ID_CONFLICT':
      return 'Another event has the same id: give each event an id of its own.'
    default:
      return 'Correct what failed.'
  }
}

function reasonText(reason: string | null | undefined): string {
  switch (reason) {
    case 'hidden':
      return 'The event logger may not look at the group: it needs the right Describe on it.'
    case 'other-log':
      return "Its topic was made anew since, so its place can't be compared with what the group has committed."
    case 'gone':
      return 'Kafka deleted it (retention) before the group was past it; a replay can send it.'
    case 'not-received':
      return 'The group has received this topic, and does no more.'
    default:
      return 'This version of hh-events does not know the answer; update it.'
  }
}

function replayed({ replays, inbox, inboxRead }: LoggedDelivery): string {
  const waiting = inbox.find(({ kind }) => kind === 'replay')
  const run = replays[0]?.runId ?? waiting?.replayRunId ?? 'without a name'
  const sent = `the replay run ${run} has sent it again`
  if (waiting !== undefined) return `${sent}; that waits in its inbox.`
  return inboxRead ? `${sent}, and it is past that.` : `${sent}.`
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
