import { promisify } from 'node:util'
import { gunzip, gzip, zstdDecompress } from 'node:zlib'

/** Decompresses the records of a batch. */
export type Decompress = (compressed: Uint8Array) => Promise<Buffer>

const names = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

const decompressors: Readonly<Partial<Record<(typeof names)[number], Decompress>>> = {
  gzip: promisify<Uint8Array, Buffer>(gunzip),
  zstd: promisify<Uint8Array, Buffer>(zstdDecompress),
}

/** Compresses with gzip. */
export const compressGzip: (bytes: Uint8Array) => Promise<Buffer> = promisify<Uint8Array, Buffer>(gzip)

/** A batch was written with a codec that Node.js does not have. */
export class UnknownCodec extends Error {
  override readonly name = 'UnknownCodec'
  readonly codec: string

  constructor(codec: string) {
    super(`The batch is compressed with ${codec}.`)
    this.codec = codec
  }
}

/** The name of the codec in a record batch's attributes. */
function codecOf(attributes: number): string {
  return names[attributes & 7] ?? `codec ${attributes & 7}`
}

/** What decompresses a batch's records; undefined where they are not compressed. Throws `UnknownCodec` where nothing here can. */
export function decompressor(attributes: number): Decompress | undefined {
  const codec = codecOf(attributes)
  if (codec === 'none') return undefined
  const decompress = decompressors[codec as keyof typeof decompressors]
  if (decompress === undefined) throw new UnknownCodec(codec)
  return decompress
}
