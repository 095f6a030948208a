import { expect, it } from 'vitest'
import { messageCutter } from './messages.ts'
import { kafkaProtocol, mongoCollection, mongoProtocol } from './protocol.ts'

/** An OP_MSG with a document that begins with a field of this name. */
function opMsg(command: string): Buffer {
  const name = Buffer.from(`${command}\0`)
  const message = Buffer.alloc(26 + name.length + 4)
  message.writeInt32LE(message.length, 0)
  message.writeInt32LE(2013, 12)
  message.writeUInt8(0x10, 25)
  name.copy(message, 26)
  return message
}

it('names a MongoDB command', () => {
  expect(mongoProtocol.requestName(opMsg('insert'))).toBe('insert')
})

it('names the collection of a MongoDB request', () => {
  const name = Buffer.from('insert\0\x08\0\0\0records\0\0')
  const message = Buffer.concat([opMsg('').subarray(0, 26), name])
  message.writeUInt8(2, 25)
  expect([mongoCollection(message), mongoCollection(opMsg('hello'))]).toEqual(['records', undefined])
})

it('names a Kafka request, also one that it does not know', () => {
  expect([0, 12, 999].map((key) => kafkaProtocol.requestName(Buffer.from([0, 0, 0, 2, key >> 8, key & 255])))).toEqual([
    'Produce',
    'Heartbeat',
    'ApiKey999',
  ])
})

it('cuts messages out of any pieces', () => {
  const bytes = Buffer.concat([opMsg('find'), opMsg('insert'), opMsg('update')])
  for (const size of [1, 3, 7, 40, bytes.length]) {
    const cutter = messageCutter(mongoProtocol)
    const names: string[] = []
    for (let at = 0; at < bytes.length; at += size) {
      for (const message of cutter.push(bytes.subarray(at, at + size))) names.push(mongoProtocol.requestName(message))
    }
    expect(names).toEqual(['find', 'insert', 'update'])
  }
})
