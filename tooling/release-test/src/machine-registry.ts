import { runToSuccess } from '@house-helper/local-stack'
import { z } from 'zod'

/** The registry that this machine's npm asks, and the way there. */
export interface MachineRegistry {
  readonly url: string
  /** A file with the certificates to trust, beside those that Node has. */
  readonly caFile: string | undefined
  readonly httpProxy: string | undefined
  readonly httpsProxy: string | undefined
  /** Hosts that are asked without a proxy, separated by commas. */
  readonly noProxy: string | undefined
  /** False where npm was told to believe any certificate. */
  readonly strictTls: boolean
}

const setting = z
  .string()
  .nullish()
  .transform((value) => value || undefined)

const npmSettings = z.object({
  registry: z.url(),
  cafile: setting,
  proxy: setting,
  'https-proxy': setting,
  noproxy: z
    .union([z.string(), z.array(z.string())])
    .nullish()
    .transform((value) => [value ?? []].flat().filter(Boolean).join(',') || undefined),
  'strict-ssl': z.boolean(),
})

/** Reads npm's own settings, from wherever npm has them: files, environment, defaults. */
export async function readMachineRegistry(env: NodeJS.ProcessEnv = process.env): Promise<MachineRegistry> {
  const text = await runToSuccess('npm', ['config', 'list', '--long', '--json'], { timeoutMs: 60_000, env })
  const settings = npmSettings.parse(JSON.parse(text))
  return {
    url: settings.registry,
    caFile: settings.cafile ?? env.NODE_EXTRA_CA_CERTS,
    httpProxy: settings.proxy,
    httpsProxy: settings['https-proxy'] ?? settings.proxy,
    noProxy: settings.noproxy,
    strictTls: settings['strict-ssl'],
  }
}
