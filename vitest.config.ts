import { defineConfig } from 'vitest/config'

const source = ['@house-helper/source', 'node', 'import', 'module', 'default']

export default defineConfig({
  resolve: { conditions: source },
  ssr: { resolve: { conditions: source } },
  test: {
    include: ['{packages,apps,examples,tooling}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    typecheck: { enabled: true, include: ['{packages,apps,examples,tooling}/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
