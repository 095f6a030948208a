/** A shelf keeps what takes long to make, so that parts that come one after the other can share it. */
export interface Shelf extends AsyncDisposable {
  /**
   * What lies in a slot under a key, made where it is not there. A slot holds one thing: what was there under another key
   * is disposed of before.
   */
  share<Thing extends AsyncDisposable>(slot: string, key: string, make: () => Promise<Thing>): Promise<Thing>
  /** Disposes of what lies in a slot. */
  drop(slot: string): Promise<void>
}

/** Makes an empty shelf. */
export function createShelf(): Shelf {
  const slots = new Map<string, { readonly key: string; readonly thing: AsyncDisposable }>()
  async function drop(slot: string): Promise<void> {
    const kept = slots.get(slot)
    slots.delete(slot)
    await kept?.thing[Symbol.asyncDispose]()
  }
  return {
    async share<Thing extends AsyncDisposable>(slot: string, key: string, make: () => Promise<Thing>) {
      const kept = slots.get(slot)
      // A slot and a key name one kind of thing: whoever shares it made it.
      if (kept?.key === key) return kept.thing as Thing
      await drop(slot)
      const thing = await make()
      slots.set(slot, { key, thing })
      return thing
    },
    drop,
    async [Symbol.asyncDispose]() {
      for (const slot of [...slots.keys()]) await drop(slot)
    },
  }
}
