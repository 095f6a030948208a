import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { testCounts } from './tooling/local-stack/src/test-counts.ts'

const source = ['@house-helper/source', 'node', 'import', 'module', 'default']

const countsFile = process.env.TEST_COUNTS_FILE

export default defineConfig({
  resolve: { conditions: source },
  ssr: { resolve: { conditions: source } },
  test: {
    include: ['{packages,apps,examples,tooling}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    typecheck: {
      enabled: true,
      include: ['{packages,apps,examples,tooling}/**/*.test-d.ts'],
      tsconfig: './tsconfig.json',
    },
    reporters: ['default', ...(countsFile ? [testCounts(countsFile)] : [])],
    // Integration tests mostly wait for servers: Vitest's own choice, one worker less than cores, leaves two cores idle.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
