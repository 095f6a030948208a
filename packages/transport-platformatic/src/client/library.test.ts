import { expect, it } from 'vitest'
import { type Library, loadLibrary } from './library.ts'

function failing(code: string): () => Promise<Library> {
  return () => Promise.reject(Object.assign(new Error('no'), { code }))
}

it('names the command that installs the library where it is missing', async () => {
  await expect(loadLibrary(failing('ERR_MODULE_NOT_FOUND'))).rejects.toMatchObject({
    code: 'SETTINGS_INVALID',
    message: expect.stringMatching(/KAFKA_TRANSPORT.*npm install @platformatic\/kafka/s),
  })
})

it('passes on what else keeps it from being loaded', async () => {
  await expect(loadLibrary(failing('ERR_DLOPEN_FAILED'))).rejects.toMatchObject({ code: 'ERR_DLOPEN_FAILED' })
})
