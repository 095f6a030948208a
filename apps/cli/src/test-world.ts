import type { TextStream } from './output.ts'

/** A stream that keeps what is written to it. */
export interface TextSink extends TextStream {
  readonly text: string
}

/** Makes a stream that keeps its text, and is a terminal or not. */
export function createTextSink(isTTY = false): TextSink {
  let text = ''
  return {
    isTTY,
    write: (more) => {
      text += more
      return true
    },
    get text() {
      return text
    },
  }
}
