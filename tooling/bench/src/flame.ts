import { readFile, writeFile } from 'node:fs/promises'
import { readCpuProfile } from './profile/cpu-profile.ts'
import { flameGraph } from './profile/flame-graph.ts'

const [profile, picture, title = profile] = process.argv.slice(2)

if (profile === undefined || picture === undefined || title === undefined) {
  console.error('pnpm bench:flame <profile.cpuprofile> <picture.svg> [title]\n  draws what --profile wrote')
  process.exitCode = 2
} else {
  await writeFile(picture, flameGraph(readCpuProfile(await readFile(profile, 'utf8')), title))
}
