import type { PackageManager } from './package-manager.ts'
import { type ReleaseCase, tasksVersion } from './release-cases.ts'

/** The versions of TypeScript under which a service must be able to use our packages. */
const typescripts = ['5.9', '6', '7'] as const

const matrix = [
  ['pnpm', '24'],
  ['npm', '24'],
  ['yarn', '24'],
  ['pnpm', '22'],
  ['pnpm', '26'],
] as const satisfies readonly (readonly [PackageManager, string])[]

/** A service outside with each package manager and each Node; after the release cases. */
export const serviceCases: readonly ReleaseCase[] = matrix.map(([packageManager, node]) =>
  serviceCase(packageManager, node, typescripts),
)

/** A service outside that installs tasks alone, checks its types with each TypeScript, and uses Kafka. */
export function serviceCase(packageManager: PackageManager, node: string, typescript: readonly string[]): ReleaseCase {
  const compilers = `TypeScript ${typescript.join(', ')}`
  return {
    title: `a service outside installs tasks alone with ${packageManager} on Node ${node}, compiles with ${compilers}, and publishes and handles an event`,
    run: async (ground) => {
      const service = await ground.service({ packageManager, node, tasksVersion: await tasksVersion(ground) })
      await service.install()
      for (const version of typescript) await service.typeCheck(version)
      await service.publishAndHandle()
    },
  }
}
