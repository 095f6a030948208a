import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { rolldown } from 'rolldown'
import { z } from 'zod'

/** What of a package's manifest says which files it publishes. */
const manifestSchema = z.object({
  exports: z.record(z.string(), z.union([z.string(), z.object({ '@house-helper/source': z.string() })])),
})

const { exports } = manifestSchema.parse(JSON.parse(await readFile('package.json', 'utf8')))
const sources = Object.values(exports).flatMap((target) =>
  typeof target === 'string' ? [] : target['@house-helper/source'],
)
const bundle = await rolldown({
  input: Object.fromEntries(sources.map((source) => [basename(source, '.ts'), source])),
  platform: 'node',
  // What is not a file of this package is a dependency, whoever bundles the service decides about it.
  external: (id) => !id.startsWith('.') && !id.startsWith('/'),
})
await bundle.write({ dir: 'dist', format: 'esm', sourcemap: true, chunkFileNames: 'shared-[hash].js' })
await bundle.close()
