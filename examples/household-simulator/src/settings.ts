/** The simulator's settings; those of the connection (KAFKA_*) are read by its publishers. */
export interface SimulatorSettings {
  readonly ratePerSecond?: number
  readonly households?: number
  readonly seed?: number
}

/** The settings, or every one that is wrong. */
export type SettingsResult =
  | { readonly ok: true; readonly settings: SimulatorSettings }
  | { readonly ok: false; readonly problems: readonly string[] }

const rules = {
  ratePerSecond: { name: 'SIMULATOR_RATE', whole: false, low: 0.01, high: 100_000 },
  households: { name: 'SIMULATOR_HOUSEHOLDS', whole: true, low: 1, high: 100_000 },
  seed: { name: 'SIMULATOR_SEED', whole: true, low: 0, high: Number.MAX_SAFE_INTEGER },
} as const

/** Reads SIMULATOR_RATE, SIMULATOR_HOUSEHOLDS and SIMULATOR_SEED; an empty one counts as not set. */
export function settingsFromEnv(env: Readonly<Record<string, string | undefined>>): SettingsResult {
  const settings: { -readonly [Name in keyof SimulatorSettings]: SimulatorSettings[Name] } = {}
  const problems: string[] = []
  for (const key of Object.keys(rules) as (keyof typeof rules)[]) {
    const { name, whole, low, high } = rules[key]
    const text = env[name]?.trim() ?? ''
    if (text === '') continue
    const value = Number(text)
    if (value >= low && value <= high && (!whole || Number.isInteger(value))) settings[key] = value
    else problems.push(`${name}: must be a ${whole ? 'whole ' : ''}number from ${low} to ${high}`)
  }
  return problems.length === 0 ? { ok: true, settings } : { ok: false, problems }
}
