import { z } from 'zod'

/** A function in a call tree, and how long it was seen there. */
export interface Frame {
  readonly name: string
  /** Where it is from: a package's name, `node`, or `V8` for what the engine does by itself. */
  readonly origin: string
  /** How long it was itself at work, without what it called, in microseconds. */
  readonly selfUs: number
  readonly children: readonly Frame[]
}

const profileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
})

type ProfileNode = z.infer<typeof profileSchema>['nodes'][number]

/** Waiting, and loading the program's modules, which is done once. */
const LEFT_OUT = new Set(['(idle)', '(program)', 'executeUserEntryPoint', 'importModuleDynamicallyCallback'])

/** Reads what Node wrote with `--cpu-prof`, as a call tree without waiting and without loading modules. */
export function readCpuProfile(text: string): Frame {
  const { nodes, samples, timeDeltas } = profileSchema.parse(JSON.parse(text))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const selfUs = new Map<number, number>()
  for (const [index, id] of samples.entries()) selfUs.set(id, (selfUs.get(id) ?? 0) + (timeDeltas[index] ?? 0))
  const frameOf = ({ id, callFrame, children = [] }: ProfileNode): Frame => ({
    name: callFrame.functionName || '(anonymous)',
    origin: originOf(callFrame),
    selfUs: Math.max(0, selfUs.get(id) ?? 0),
    children: children
      .map((child) => byId.get(child))
      .filter((child) => child !== undefined && !LEFT_OUT.has(child.callFrame.functionName))
      .map((child) => frameOf(child as ProfileNode)),
  })
  const [root] = nodes
  if (root === undefined) throw new Error('The profile has no call tree.')
  return frameOf(root)
}

function originOf({ functionName, url }: ProfileNode['callFrame']): string {
  if (url === '') return functionName.startsWith('(') ? 'V8' : 'node'
  if (url.startsWith('node:')) return 'node'
  const path = url.replaceAll('\\', '/')
  const installed = path.split('/node_modules/').at(-1) ?? path
  if (installed !== path) return /^(@[^/]+\/)?[^/]+/.exec(installed)?.[0] ?? installed
  return /\/(?:packages|apps|tooling)\/(?:domains\/)?([^/]+)\//.exec(path)?.[1] ?? 'project'
}
