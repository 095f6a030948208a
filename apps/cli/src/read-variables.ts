/** Names the environment's variables that a reader asks for, by giving it an environment that has none of them. */
export function readVariables(read: (env: Readonly<Record<string, string | undefined>>) => unknown): readonly string[] {
  const names = new Set<string>()
  const env = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get: (_target, name) => {
        if (typeof name === 'string') names.add(name)
        return undefined
      },
    },
  )
  read(env)
  return [...names].sort()
}
