import { describe, expect, it } from 'vitest'
import { settingsFromEnv } from './settings.ts'

describe('settingsFromEnv', () => {
  it('leaves out what is not set or empty', () => {
    expect(settingsFromEnv({ SIMULATOR_RATE: ' ' })).toEqual({ ok: true, settings: {} })
  })

  it('reads rate, households and seed', () => {
    const env = { SIMULATOR_RATE: '0.5', SIMULATOR_HOUSEHOLDS: '3', SIMULATOR_SEED: '42' }
    expect(settingsFromEnv(env)).toEqual({ ok: true, settings: { ratePerSecond: 0.5, households: 3, seed: 42 } })
  })

  it('names every setting that is wrong', () => {
    const env = { SIMULATOR_RATE: 'fast', SIMULATOR_HOUSEHOLDS: '0', SIMULATOR_SEED: '1.5' }
    const result = settingsFromEnv(env)
    expect(result.ok === false && result.problems.map((problem) => problem.split(':')[0])).toEqual([
      'SIMULATOR_RATE',
      'SIMULATOR_HOUSEHOLDS',
      'SIMULATOR_SEED',
    ])
  })
})
