/** Does something once; after a failure the next caller tries again. */
export function onceDone(run: () => Promise<void>): () => Promise<void> {
  let doing: Promise<void> | undefined
  return () => {
    doing ??= run().catch((error: unknown) => {
      doing = undefined
      throw error
    })
    return doing
  }
}
