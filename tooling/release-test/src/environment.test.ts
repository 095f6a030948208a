import { expect, it } from 'vitest'
import { publishingEnvironment } from './environment.ts'

it('publishes nowhere but where it is told to, whatever the environment says', () => {
  const leaked = {
    PATH: '/bin',
    npm_config_registry: 'https://registry.example/',
    NPM_CONFIG_REGISTRY: 'https://registry.example/',
    'npm_config_@house-helper:registry': 'https://registry.example/',
    'npm_config_//registry.example/:_authToken': 'secret',
    npm_config_userconfig: '/home/someone/.npmrc',
    PNPM_CONFIG_PROVENANCE: 'false',
  }
  expect(publishingEnvironment(leaked, { url: 'http://127.0.0.1:4873/', publisherConfig: '/tmp/npmrc' })).toEqual({
    PATH: '/bin',
    PNPM_CONFIG_PROVENANCE: 'false',
    npm_config_registry: 'http://127.0.0.1:4873/',
    pnpm_config_registry: 'http://127.0.0.1:4873/',
    NPM_CONFIG_USERCONFIG: '/tmp/npmrc',
  })
})
