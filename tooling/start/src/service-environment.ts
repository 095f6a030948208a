import { freePorts, isFree, type Stack } from '@house-helper/local-stack'

/** Where the event logger answers. */
export interface LoggerPorts {
  readonly http: number
  readonly probe: number
  readonly apiUrl: string
  readonly probeUrl: string
}

/** The ports that HTTP_PORT and PROBE_PORT name, else 8080 and 9464, else free ones where these are taken. */
export async function loggerPorts(env: NodeJS.ProcessEnv): Promise<LoggerPorts> {
  const free = await freePorts(['http', 'probe'])
  const choose = async (named: string | undefined, usual: number, other: number): Promise<number> =>
    named ? Number(named) : (await isFree(usual)) ? usual : other
  const http = await choose(env.HTTP_PORT, 8080, free.http)
  const probe = await choose(env.PROBE_PORT, 9464, free.probe)
  return { http, probe, apiUrl: `http://127.0.0.1:${http}`, probeUrl: `http://127.0.0.1:${probe}` }
}

/** What the services of a start get to know of it through their environment. */
export function serviceEnvironment({ kafka, mongodb }: Stack, ports: LoggerPorts): Record<string, string> {
  return {
    KAFKA_BROKERS: kafka.brokers.join(','),
    MONGODB_URI: mongodb.uri,
    HTTP_PORT: String(ports.http),
    PROBE_PORT: String(ports.probe),
    EVENT_LOGGER_URL: ports.apiUrl,
  }
}
