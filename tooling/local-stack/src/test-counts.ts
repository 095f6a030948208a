import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

/** How many tests of a run passed and failed. */
interface TestCounts {
  passed: number
  failed: number
}

/**
 * A Vitest reporter that writes `<passed> <failed>` to `file`, as the closing line of .ci/run needs them.
 * A file that can't be loaded, an unhandled error and a type error outside a test count as one failure each.
 */
export function testCounts(file: string): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      const { passed, failed } = countTests(modules)
      writeFileSync(file, `${passed} ${failed + unhandledErrors.length}\n`)
    },
  }
}

/** Counts the tests that really ran: skipped ones are neither passed nor failed. */
function countTests(modules: readonly Pick<TestModule, 'children' | 'errors'>[]): TestCounts {
  const counts = { passed: 0, failed: 0 }
  for (const module of modules) {
    counts.failed += module.errors().length
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed' || state === 'failed') counts[state] += 1
    }
  }
  return counts
}
