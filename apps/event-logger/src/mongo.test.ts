import { MongoServerError } from 'mongodb'
import { afterEach, describe, expect, it } from 'vitest'
import { connectMongo, mongoClient, mongoError } from './mongo.ts'

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code })
}

describe('mongoError', () => {
  it.each([
    [18, 'AuthenticationFailed'],
    [13, 'Unauthorized'],
    [8000, 'AtlasError'],
  ])('takes the code %i (%s) for a refusal that waiting does not mend', (code, codeName) => {
    const error = mongoError(new MongoServerError({ message: 'no', code, codeName }))
    expect(error).toMatchObject({ code: 'MONGODB_REFUSED', canRetry: false })
    expect(error.message).toContain(codeName)
  })

  it.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'ENOENT'])(
    'takes %s, however deep, for a refusal, and names it',
    (code) => {
      const error = mongoError(new Error('outer', { cause: new Error('middle', { cause: systemError(code) }) }))
      expect(error).toMatchObject({ code: 'MONGODB_REFUSED', canRetry: false })
      expect(error.message).toContain(code)
    },
  )

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT'])('takes %s for something that may pass, and names it', (code) => {
    const error = mongoError(systemError(code))
    expect(error).toMatchObject({ code: 'MONGODB_UNREACHABLE', canRetry: true })
    expect(error.message).toContain(code)
  })
})

describe('connectMongo', () => {
  const client = mongoClient('mongodb://127.0.0.1:9/?replicaSet=rs0&serverSelectionTimeoutMS=50')
  afterEach(() => client.close())

  it('says what no server answered with', async () => {
    await expect(connectMongo(client, 'test')).rejects.toMatchObject({
      code: 'MONGODB_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })
})

it('leaves timeouts to the connection string where it has them, and has 5 s otherwise', () => {
  expect(mongoClient('mongodb://h:1/?serverSelectionTimeoutMS=50').options).toMatchObject({
    serverSelectionTimeoutMS: 50,
    connectTimeoutMS: 5_000,
  })
})
