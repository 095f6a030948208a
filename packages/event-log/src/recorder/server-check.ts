import type { Db } from 'mongodb'
import { z } from 'zod'
import { LogError } from '../errors.ts'
import { storeError } from '../mongo-errors.ts'

const helloSchema = z.object({ setName: z.string().optional(), msg: z.string().optional() })

/**
 * Refuses a standalone server: it has no majority, so what it acknowledged can be gone after a crash of its machine.
 *
 * @throws LogError `LOG_STANDALONE_REFUSED`, `LOG_UNREACHABLE`.
 */
export async function checkServer(db: Db, allowStandalone: boolean): Promise<void> {
  const { setName, msg } = helloSchema.parse(await hello(db))
  if (setName !== undefined || msg === 'isdbgrid' || allowStandalone) return
  throw new LogError(
    'LOG_STANDALONE_REFUSED',
    'MongoDB at MONGODB_URI is a standalone server, which can lose what it acknowledged. Start it with --replSet and run rs.initiate() once; or set allowStandalone for a log that may lose events.',
  )
}

async function hello(db: Db): Promise<unknown> {
  try {
    return await db.command({ hello: 1 })
  } catch (error) {
    throw storeError(error, 'the first contact')
  }
}
