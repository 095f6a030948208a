import type { Cast, EventContract, SubjectKind } from './contract.ts'

/** What a definition says of the versions before it. */
export interface ChainFields {
  readonly previous?: EventContract | undefined
  readonly upcast?: Cast | undefined
  readonly downcast?: Cast | undefined
  readonly publishAs?: string | undefined
}

/** A version at its place after the one before it. */
export interface Link extends ChainFields {
  readonly type: string
  readonly version: string
  readonly subject: SubjectKind
  readonly publishAs: string
}

/** Checks that a version continues the one before it, or begins; `fail` is told what is wrong, and throws. */
export function checkChain(link: Link, fail: (message: string) => never): void {
  const { version, previous, publishAs } = link
  if (previous === undefined) checkFirst(link, fail)
  else checkNext(link, previous, fail)
  const versions = [version, ...(previous?.versions ?? []).map((one) => one.version)]
  if (!versions.includes(publishAs)) {
    fail(`publishes as ${JSON.stringify(publishAs)}, which is none of its versions: ${versions.join(', ')}.`)
  }
}

function checkFirst({ upcast, downcast, version }: Link, fail: (message: string) => never): void {
  if (upcast === undefined && downcast === undefined) return
  fail(`has casts but no previous; name the contract of the major version before ${version}.`)
}

function checkNext(link: Link, previous: EventContract, fail: (message: string) => never): void {
  const { type, version, subject } = link
  const before = `its previous, ${previous.type} ${previous.version},`
  if (previous.type !== type) fail(`has another type than ${before} has; a new type has no previous.`)
  if (previous.subject !== subject) {
    fail(`is about a ${subject}, and ${before} about a ${previous.subject}: that is another key. Define a new type.`)
  }
  if (Number.parseInt(version, 10) !== previous.major + 1) {
    fail(`has the version ${version}, which does not follow ${before} by one major; write ${previous.major + 1}.0.`)
  }
  if (previous.publishAs !== previous.version) {
    fail(`has a previous that still says publishAs ${previous.publishAs}; only the newest version says it.`)
  }
  checkCast('upcast', link, fail)
  checkCast('downcast', link, fail)
}

function checkCast(name: 'upcast' | 'downcast', link: Link, fail: (message: string) => never): void {
  const cast: unknown = link[name]
  if (typeof cast !== 'function') fail(`has a previous but no ${name}; give both, upcast and downcast.`)
  // A cast runs between reading and handling, where nothing waits.
  if (cast?.constructor.name === 'AsyncFunction') fail(`has an asynchronous ${name}; a cast answers at once.`)
}
