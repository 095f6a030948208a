import type { DomainNames } from '../domain-names.ts'

/** The package.json of a domain package. */
export function packageJson({ domain }: DomainNames): string {
  const manifest = {
    name: `@house-helper/${domain}`,
    // The changeset that comes with it makes 0.1.0 of this.
    version: '0.0.0',
    description: `Typed publishers and handlers for the ${domain} events of House Helper.`,
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    repository: {
      type: 'git',
      url: 'git+https://github.com/house-helper/events.git',
      directory: `packages/domains/${domain}`,
    },
    engines: { node: '>=22.15' },
    exports: {
      '.': {
        '@house-helper/source': './src/index.ts',
        types: './dist/index.d.ts',
        default: './dist/index.js',
      },
      './mongo': {
        '@house-helper/source': './src/mongo.ts',
        types: './dist/mongo.d.ts',
        default: './dist/mongo.js',
      },
      './testing': {
        '@house-helper/source': './src/testing.ts',
        types: './dist/testing.d.ts',
        default: './dist/testing.js',
      },
      './package.json': './package.json',
    },
    files: ['dist', 'src', 'CHANGELOG.md', '!**/*.test.*', '!**/*.test-d.*', '!**/*.tsbuildinfo'],
    publishConfig: { access: 'public', provenance: true },
    scripts: {
      build: 'tsc -p tsconfig.build.json && node ../../../tooling/build/src/bundle.ts',
      publint: 'publint --strict',
      attw: 'attw --pack . --profile esm-only',
    },
    dependencies: {
      '@house-helper/consumer': 'workspace:^',
      '@house-helper/events-core': 'workspace:^',
      '@house-helper/outbox': 'workspace:^',
      '@house-helper/producer': 'workspace:^',
      '@house-helper/testing': 'workspace:^',
      zod: 'catalog:',
    },
    peerDependencies: { mongodb: '^7.0.0' },
    peerDependenciesMeta: { mongodb: { optional: true } },
  }
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}

/** The tsconfig.build.json of a domain package. */
export function tsconfigBuild(): string {
  const config = {
    extends: '../../../tooling/tsconfig/build.json',
    compilerOptions: { rootDir: 'src', outDir: 'dist' },
    include: ['src'],
    exclude: ['**/*.test.ts', '**/*.test-d.ts'],
  }
  return `${JSON.stringify(config, undefined, 2)}\n`
}
