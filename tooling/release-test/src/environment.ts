/** What tells a program that it runs in a workflow, and lets it prove that to a registry. */
const workflow = /^(CI|GITHUB_\w+|GITLAB_\w+|ACTIONS_\w+|RUNNER_\w+)$/
/** Settings of package managers, and what they and Vitest tell the programs that they start. */
const inherited =
  /^(npm_\w+|pnpm_\w+|yarn_\w+|init_cwd|corepack_\w+|vitest\w*|node_options|node_env|test|mode|prod|dev|ssr)$/i
const proxies = /^(https?|no|all)_proxy$/i

/**
 * The environment of a command in the copy of the repository: this machine's settings, and no workflow. Provenance says
 * that a workflow has built a package, which a local registry neither knows nor could prove.
 */
export function copyEnvironment(path: readonly string[]): NodeJS.ProcessEnv {
  const env = without(process.env, workflow, /^(vitest\w*|node_options|node_env|test|mode|prod|dev|ssr)$/i)
  return { ...env, CI: 'true', PNPM_CONFIG_PROVENANCE: 'false', PATH: pathOf(path) }
}

/**
 * The environment of a command that publishes to one registry and to no other: neither a setting of this machine nor one
 * that the package manager which runs the tests has put into the environment can name another, or a right to publish there.
 */
export function publishingEnvironment(
  env: NodeJS.ProcessEnv,
  { url, publisherConfig }: PublishingPlace,
): NodeJS.ProcessEnv {
  const own = Object.fromEntries(['npm', 'pnpm'].map((manager) => [`${manager}_config_registry`, url]))
  return {
    ...without(env, /_config_(.*registry|.*auth.*|userconfig|globalconfig)$/i),
    ...own,
    NPM_CONFIG_USERCONFIG: publisherConfig,
  }
}

interface PublishingPlace {
  readonly url: string
  /** An npmrc with the right to publish there. */
  readonly publisherConfig: string
}

/** The environment of a service outside: a home with nothing in it, and no setting of this machine. */
export function outsideEnvironment(home: string, path: readonly string[]): NodeJS.ProcessEnv {
  const env = without(process.env, workflow, inherited, proxies, /^XDG_\w+$/)
  return { ...env, CI: 'true', HOME: home, PATH: pathOf(path) }
}

function without(env: NodeJS.ProcessEnv, ...patterns: readonly RegExp[]): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !patterns.some((pattern) => pattern.test(name))))
}

function pathOf(folders: readonly string[]): string {
  return [...folders, process.env.PATH ?? ''].join(':')
}
