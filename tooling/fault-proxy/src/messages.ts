import type { Protocol } from './protocol.ts'

/** Cuts a stream of bytes into whole messages. */
export interface MessageCutter {
  /** The messages that are whole with this chunk, in order. */
  push(chunk: Buffer): Buffer[]
}

/** Makes a cutter for one direction of one connection. */
export function messageCutter(protocol: Protocol): MessageCutter {
  let chunks: Buffer[] = []
  let size = 0
  let wanted = 0
  return {
    push: (chunk) => {
      chunks.push(chunk)
      size += chunk.length
      // Joining on every chunk would be quadratic for a message of many chunks.
      if (size < wanted) return []
      let buffer = chunks.length === 1 ? chunk : Buffer.concat(chunks)
      const messages: Buffer[] = []
      for (;;) {
        const length = protocol.messageLength(buffer)
        wanted = length ?? 4
        if (length === undefined || buffer.length < length) break
        messages.push(buffer.subarray(0, length))
        buffer = buffer.subarray(length)
      }
      chunks = [buffer]
      size = buffer.length
      return messages
    },
  }
}
