import { SettingsError } from '@house-helper/transport-kafka'

/** What @platformatic/kafka exports. */
export type Library = typeof import('@platformatic/kafka')

/**
 * Loads @platformatic/kafka, which is installed only where it is wanted.
 *
 * @throws SettingsError `SETTINGS_INVALID` with the command that installs it.
 */
export async function loadLibrary(
  load: () => Promise<Library> = () => import('@platformatic/kafka'),
): Promise<Library> {
  try {
    return await load()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new SettingsError([
      {
        variable: 'KAFKA_TRANSPORT',
        message: 'is platformatic, which needs a package that is not installed: npm install @platformatic/kafka',
      },
    ])
  }
}
