/** One server-sent event. */
export interface ServerSentEvent {
  /** What to send as Last-Event-ID to go on after it; undefined where it has none. */
  readonly id: string | undefined
  /** Undefined where it only moves the id on. */
  readonly data: string | undefined
}

/** Reads server-sent events from an answer's bytes; what is cut off at the end is left out. */
export async function* serverSentEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent, void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = (name: string): string[] =>
        block.split('\n').flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2)] : []))
      const [id, data] = [fields('id').at(-1), fields('data')]
      if (id !== undefined || data.length > 0) yield { id, data: data.length > 0 ? data.join('\n') : undefined }
    }
  }
}
