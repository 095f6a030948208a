import type { Db, Document } from 'mongodb'

/** Where a command is stopped: before it reaches the server, or after the server has done it. */
export interface Halt {
  readonly when: 'before' | 'after'
  /** Which command; from the first one on nothing is answered any more. */
  matches(command: Document): boolean
}

/** A database as a process that is killed sees it: from one command on nothing happens any more. */
export function haltingDatabase(db: Db, { when, matches }: Halt): { db: Db; readonly halted: Promise<void> } {
  const halted = Promise.withResolvers<void>()
  const never = new Promise<never>(() => {})
  let dead = false
  const command = async (sent: Document, options?: object) => {
    if (dead) return never
    if (!matches(sent)) return db.command(sent, options)
    dead = true
    if (when === 'after') await db.command(sent, options)
    halted.resolve()
    return never
  }
  return { db: withCommand(db, command), halted: halted.promise }
}

/** A database whose `command` is another function. */
export function withCommand(db: Db, command: (sent: Document, options?: object) => Promise<Document>): Db {
  return new Proxy(db, {
    get: (target, name) => {
      if (name === 'command') return command
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
