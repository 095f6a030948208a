import { expect, test } from 'vitest'
import { namedServers } from './environment.ts'

test('reads several brokers and a URI', () => {
  expect(namedServers({ KAFKA_BROKERS: 'a:9092, b:9093', MONGODB_URI: 'mongodb+srv://db/' })).toEqual({
    brokers: ['a:9092', 'b:9093'],
    mongodbUri: 'mongodb+srv://db/',
  })
})

test('an empty setting counts as unset', () => {
  expect(namedServers({ KAFKA_BROKERS: ' ', MONGODB_URI: '' })).toEqual({ brokers: undefined, mongodbUri: undefined })
})

test('reports both faults at once and tells no value of MONGODB_URI', () => {
  const env = { KAFKA_BROKERS: 'no-port', MONGODB_URI: 'http://user:secret@db/' }
  expect(() => namedServers(env)).toThrow(/KAFKA_BROKERS.*host:port[\s\S]*MONGODB_URI/)
  expect(() => namedServers(env)).not.toThrow(/secret/)
})
