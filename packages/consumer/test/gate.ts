/** A promise that a test settles. */
export interface Gate {
  readonly opened: Promise<void>
  open(): void
}

/** Makes a gate that is closed. */
export function createGate(): Gate {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>()
  return { opened, open }
}
