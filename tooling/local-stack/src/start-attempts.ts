import { isLocalStackError } from './errors.ts'

/**
 * Starts a server that finds its own ports, and once more on others when someone took one of them in between.
 * The last error is thrown.
 */
export async function startOnFreePorts<Started>(start: () => Promise<Started>): Promise<Started> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start()
    } catch (error) {
      if (!isLocalStackError(error, 'PORT_TAKEN') || attempt === 3) throw error
    }
  }
}
