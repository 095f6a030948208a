import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { projectRoot } from '@house-helper/local-stack'
import type { Case } from '../measure.ts'
import { runProgram } from '../programs.ts'

/** The time to import a domain package as it is published, against what it cannot do without. */
export function importCase(goal: number): Case {
  return {
    name: 'import/tasks',
    peerName: 'importing kafkajs and zod',
    unit: 'ms',
    goal,
    better: 'lower',
    prepare: async () => {
      await promisify(execFile)('turbo', ['run', 'build', '--filter=@house-helper/tasks...'], { cwd: projectRoot })
      const imported = (program: string) => runProgram<number>(program, {}, { built: true })
      return {
        ours: () => imported('./programs/import-ours.ts'),
        peer: () => imported('./programs/import-peer.ts'),
        close: async () => {},
      }
    },
  }
}
