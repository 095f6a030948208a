/** What a domain's README says the domain is about: its first paragraph, without its last sentence where that names the topic. */
export function domainSummary(readme: string): string {
  const [, paragraph = ''] = readme.split(/\n{2,}/)
  return paragraph.replace(/ Topic `[^`]+`\.$/, '').replaceAll('\n', ' ')
}

/** `pantry-items` in names of types and functions: `PantryItems`. */
export function capitalCase(name: string): string {
  return name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** `pantry-items` as a variable: `pantryItems`. */
export function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
