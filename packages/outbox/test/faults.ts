import { type OutgoingBatch, type Transport, TransportError } from '@house-helper/events-core'
import type { Collection, Db } from 'mongodb'

type Method = (...args: readonly unknown[]) => unknown

/** The same object with some methods replaced. */
function replaced<Target extends object>(target: Target, methods: Readonly<Record<string, unknown>>): Target {
  return new Proxy(target, {
    get: (of, name) => {
      if (typeof name === 'string' && name in methods) return methods[name]
      const value = Reflect.get(of, name, of)
      return typeof value === 'function' ? value.bind(of) : value
    },
  })
}

/** A database in which methods of one collection are replaced. */
export function withMethods(db: Db, collection: string, around: (original: Method, name: string) => Method): Db {
  const names = ['watch', 'updateOne', 'updateMany', 'deleteMany', 'deleteOne', 'aggregate', 'find']
  return replaced(db, {
    collection: (name: string, options?: object) => {
      const real = db.collection(name, options) as Collection & Record<string, Method>
      if (name !== collection) return real
      const made = names.map((method) => [method, around((real[method] as Method).bind(real), method)] as const)
      return replaced(real, Object.fromEntries(made))
    },
  })
}

/** A transport whose appends are another function. */
export function withAppend(transport: Transport, append: Transport['sender']['append']): Transport {
  return replaced(transport, { sender: { append } })
}

/** A transport whose topics don't take messages that hold a text, as if they were too large. */
export function refusing(transport: Transport, text: string): Transport {
  const isRefused = ({ messages }: OutgoingBatch): boolean =>
    messages.some(({ value }) => Buffer.from(value ?? []).includes(text))
  return withAppend(transport, async (batch, options) => {
    if (!isRefused(batch)) return transport.sender.append(batch, options)
    throw new TransportError('MESSAGE_TOO_LARGE', 'A message is too large.', { outcome: 'not-sent' })
  })
}

/** A promise that tests settle. */
export function createGate(): { readonly open: () => void; readonly opened: Promise<void> } {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>()
  return { open, opened }
}
