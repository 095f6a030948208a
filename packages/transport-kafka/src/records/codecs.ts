import { promisify } from 'node:util'
import { gunzip, gzip, zstdDecompress } from 'node:zlib'

type Decompress = (compressed: Uint8Array) => Promise<Buffer>

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
export function codecOf(attributes: number): string {
  return names[attributes & 7] ?? `codec ${attributes & 7}`
}

/** Decompresses a batch's records; rejects with `UnknownCodec` where nothing here can. */
export async function decompress(codec: string, compressed: Uint8Array): Promise<Buffer> {
  const run = decompressors[codec as keyof typeof decompressors]
  if (run === undefined) throw new UnknownCodec(codec)
  return await run(compressed)
}
