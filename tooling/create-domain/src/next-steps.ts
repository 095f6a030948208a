import type { Scaffolded } from './scaffold.ts'

/** Says what is left to a person after a domain package was written. */
export function nextSteps({ names, files }: Scaffolded): string {
  const { domain, variable, contractFile } = names
  return `Wrote
${files.map((file) => `  ${file}`).join('\n')}

Next
  1. npx --yes pnpm@12.21.0 install
  2. Write the contract in packages/domains/${domain}/src/${contractFile}.ts, then run: pnpm contracts generate
  3. Make it known to the event logger and to hh-events: add
       "@house-helper/${domain}": "workspace:^"
     to the dependencies in apps/event-logger/package.json and apps/cli/package.json, and
       import { ${variable} } from '@house-helper/${domain}'
     with ${variable} in the list, to src/domains.ts of both.
  4. pnpm format && pnpm check && pnpm test
  5. pnpm hh-events topics apply

docs/add-a-domain.md explains each.
`
}
