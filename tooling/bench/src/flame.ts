import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { runTool, UsageError } from './command-line.ts'
import { readCpuProfile } from './profile/cpu-profile.ts'
import { flameGraph } from './profile/flame-graph.ts'

const help = `pnpm bench:flame <profile.cpuprofile> <picture.svg> [title]
  draws what --profile wrote`

await runTool(help, async () => {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  if (values.help) return console.log(help)
  const [profile, picture, title = profile] = positionals
  if (profile === undefined || picture === undefined || title === undefined || positionals.length > 3) {
    throw new UsageError('A profile, a picture and perhaps a title are needed.')
  }
  await writeFile(picture, flameGraph(readCpuProfile(await readFile(profile, 'utf8')), title))
})
