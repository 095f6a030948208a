import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type DonePart, donePartSchema } from './report.ts'

/** The parts of a soak that are done, each in a file of its own, so that an interrupted soak goes on where it was. */
export interface KeptParts {
  /** The part, or undefined where it is still to be done. */
  read(caseName: string, part: string): Promise<DonePart | undefined>
  write(caseName: string, part: DonePart): Promise<void>
}

/** Keeps parts under a folder. */
export function keptParts(folder: string): KeptParts {
  const fileOf = (caseName: string, part: string): string =>
    join(folder, caseName, `${part.replaceAll(/[^a-zA-Z0-9._-]+/g, '-')}.json`)
  return {
    async read(caseName, part) {
      const text = await readFile(fileOf(caseName, part), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      })
      return text === undefined ? undefined : donePartSchema.parse(JSON.parse(text))
    },
    async write(caseName, part) {
      const file = fileOf(caseName, part.part)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, `${JSON.stringify(part, null, 2)}\n`)
    },
  }
}
