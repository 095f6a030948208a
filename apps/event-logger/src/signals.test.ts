import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { onceSignalled } from './signals.ts'

class FakeProcess extends EventEmitter {
  readonly exits: number[] = []
  exit(code: number): void {
    this.exits.push(code)
  }
}

describe('onceSignalled', () => {
  it.each(['SIGTERM', 'SIGINT'])(
    'resolves with the first %s, tells of it, and does not end the process',
    async (name) => {
      const target = new FakeProcess()
      const told: string[] = []
      const signalled = onceSignalled(target, (signal) => told.push(signal))
      target.emit(name, name)
      await signalled
      expect([told, target.exits]).toEqual([[name], []])
    },
  )

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ])('ends the process at once at a second signal, %s', (name, code) => {
    const target = new FakeProcess()
    void onceSignalled(target, () => {})
    target.emit('SIGTERM', 'SIGTERM')
    target.emit(name, name)
    expect(target.exits).toEqual([code])
  })
})
