import { HouseHelperError } from '@house-helper/events-core'

/** Something wrong with one setting: which variable (or option) it is, what is wrong, what to do. */
export interface SettingProblem {
  /** `KAFKA_BROKERS`, or an option's name where the settings did not come from the environment. */
  readonly variable: string
  /** What is wrong and the remedy, as a sentence that follows the variable's name. Never the value of a secret. */
  readonly message: string
}

/** Settings are wrong; `problems` names every one of them. */
export class SettingsError extends HouseHelperError<'SETTINGS_INVALID'> {
  override readonly name = 'SettingsError'
  readonly problems: readonly SettingProblem[]

  constructor(problems: readonly SettingProblem[]) {
    const lines = problems.map(({ variable, message }) => `  ${variable} ${message}`)
    super('SETTINGS_INVALID', `${problems.length} setting(s) cannot be used:\n${lines.join('\n')}`, {
      details: { variables: problems.map(({ variable }) => variable) },
    })
    this.problems = problems
  }
}
