/** Chooses the partition, from 0 to `partitions` - 1, that a key belongs to. */
export type Partitioner = (key: Uint8Array, partitions: number) => number

/** The names of the partitioners that can be chosen with KAFKA_PARTITIONER. */
export const partitionerNames = ['murmur2', 'fnv1a', 'crc32'] as const

/** The name of a partitioner. */
export type PartitionerName = (typeof partitionerNames)[number]

/**
 * Hashes as the Java client's default partitioner does.
 * Source: org.apache.kafka.common.utils.Utils#murmur2 and #toPositive.
 */
export function murmur2(key: Uint8Array): number {
  const m = 0x5bd1e995
  const length = key.length
  let h = 0x9747b28c ^ length
  const blocks = length - (length % 4)
  for (let i = 0; i < blocks; i += 4) {
    let k = byte(key, i) | (byte(key, i + 1) << 8) | (byte(key, i + 2) << 16) | (byte(key, i + 3) << 24)
    k = Math.imul(k, m)
    k ^= k >>> 24
    k = Math.imul(k, m)
    h = Math.imul(h, m) ^ k
  }
  const rest = length % 4
  if (rest === 3) h ^= byte(key, blocks + 2) << 16
  if (rest >= 2) h ^= byte(key, blocks + 1) << 8
  if (rest >= 1) h = Math.imul(h ^ byte(key, blocks), m)
  h ^= h >>> 13
  h = Math.imul(h, m)
  return h ^ (h >>> 15)
}

/** Hashes with 32-bit FNV-1a, as sarama's hash partitioner and kafka-go's Hash balancer do. Source: Go's hash/fnv. */
export function fnv1a(key: Uint8Array): number {
  let h = 0x811c9dc5
  for (const b of key) h = Math.imul(h ^ b, 0x01000193)
  return h >>> 0
}

const crcTable = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
  return c
})

/** Hashes with CRC-32 (IEEE), as librdkafka's consistent partitioners do. */
export function crc32(key: Uint8Array): number {
  let c = -1
  for (const b of key) c = (c >>> 8) ^ (crcTable[(c ^ b) & 0xff] ?? 0)
  return (c ^ -1) >>> 0
}

/** The partitioners by name. Services of all languages that share a topic have to agree on one. */
export const partitioners: Readonly<Record<PartitionerName, Partitioner>> = {
  murmur2: (key, partitions) => (murmur2(key) & 0x7fffffff) % partitions,
  // sarama and kafka-go take the remainder of the hash as a signed number, then its absolute value.
  fnv1a: (key, partitions) => Math.abs((fnv1a(key) | 0) % partitions),
  crc32: (key, partitions) => crc32(key) % partitions,
}

function byte(key: Uint8Array, index: number): number {
  return key[index] ?? 0
}
