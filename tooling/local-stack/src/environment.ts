import { z } from 'zod'
import { LocalStackError } from './errors.ts'

const broker = z.string().regex(/^[^\s:,]+:\d{1,5}$/, 'each broker is host:port, several are separated by commas')

const environment = z.object({
  KAFKA_BROKERS: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(broker).min(1))
    .optional(),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\/./, 'a MongoDB URI begins with mongodb:// or mongodb+srv://')
    .optional(),
})

/** The servers that the environment names. */
export interface NamedServers {
  brokers: readonly string[] | undefined
  mongodbUri: string | undefined
}

/** Reads KAFKA_BROKERS and MONGODB_URI; an empty one counts as unset. Throws `ENVIRONMENT_INVALID` with all faults. */
export function namedServers(env: NodeJS.ProcessEnv): NamedServers {
  const parsed = environment.safeParse({
    KAFKA_BROKERS: env.KAFKA_BROKERS?.trim() || undefined,
    MONGODB_URI: env.MONGODB_URI?.trim() || undefined,
  })
  if (parsed.success) return { brokers: parsed.data.KAFKA_BROKERS, mongodbUri: parsed.data.MONGODB_URI }
  // The value stays out: a URI holds a password.
  const faults = parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`)
  throw new LocalStackError('ENVIRONMENT_INVALID', faults.join('\n'))
}
