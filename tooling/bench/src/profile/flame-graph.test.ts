import { describe, expect, it } from 'vitest'
import { readCpuProfile } from './cpu-profile.ts'
import { flameGraph } from './flame-graph.ts'

const node = (id: number, functionName: string, url: string, children: readonly number[] = []) => ({
  ...{ id, callFrame: { functionName, url }, children },
})
const profile = JSON.stringify({
  nodes: [
    node(1, '(root)', '', [2, 5]),
    node(2, 'handle<T>', 'file:///here/packages/consumer/src/engine.ts', [3, 4]),
    node(3, 'parse', '', []),
    node(4, 'fetch', 'file:///here/node_modules/.pnpm/kafkajs@2.2.4/node_modules/kafkajs/src/broker.js', []),
    node(5, '(idle)', '', []),
  ],
  samples: [2, 3, 4, 4, 5],
  timeDeltas: [100, 200, 300, 400, 9_000],
})

describe('a profile', () => {
  it('is a call tree with the time of each function and where it is from, without waiting', () => {
    expect(readCpuProfile(profile)).toEqual({
      ...{ name: '(root)', origin: 'V8', selfUs: 0 },
      children: [
        {
          ...{ name: 'handle<T>', origin: 'consumer', selfUs: 100 },
          children: [
            { name: 'parse', origin: 'node', selfUs: 200, children: [] },
            { name: 'fetch', origin: 'kafkajs', selfUs: 700, children: [] },
          ],
        },
      ],
    })
  })

  it('fails where it is none', () => {
    expect(() => readCpuProfile('{}')).toThrow(/nodes/)
  })
})

describe('a flame graph', () => {
  const svg = flameGraph(readCpuProfile(profile), 'consuming')

  it('says of each block its share', () => {
    expect(svg).toContain('<title>handle&lt;T&gt; (consumer): 100.0 %</title>')
    expect(svg).toContain('<title>fetch (kafkajs): 70.0 %</title>')
  })

  it('draws a block as wide as its share', () => {
    const width = (title: string): number => Number(new RegExp(`${title}.*? width="([\\d.]+)"`).exec(svg)?.[1])
    expect(width('fetch \\(kafkajs\\)') / width('\\(root\\) \\(V8\\)')).toBeCloseTo(0.7, 2)
  })

  it('sums up what each origin took by itself', () => {
    expect(svg).toMatch(/kafkajs 70 %.*\n.*node 20 %.*\n.*consumer 10 %/)
  })
})
