import type { ActiveFault, FaultProxy } from '@house-helper/fault-proxy'
import { atLeast, type Figure } from '../../soak-case.ts'

/** A cut is one API's connection broken at one of two moments, once or several times in a row. */
export interface Cut {
  /** `Produce`. */
  readonly api: string
  readonly kind: 'cut-before' | 'cut-after'
  readonly times: number
}

/** How often a repeated cut hits. */
export const REPEATED = 4

/** The cuts of some APIs, each before and after the broker has done it, each `times` in a row. */
export function cutsOf(apis: readonly string[], times: readonly number[]): Cut[] {
  const kinds = ['cut-before', 'cut-after'] as const
  return apis.flatMap((api) => kinds.flatMap((kind) => times.map((each) => ({ api, kind, times: each }))))
}

/** Counts which cuts have hit. */
export interface CutCounts {
  /** Lets a cut loose, after some requests have passed. */
  inject(proxy: FaultProxy, cut: Cut, skip: number): ActiveFault
  readonly total: number
  /** A figure for each API and moment: it must have been cut at least once for each cut that was let loose. */
  figures(): Figure[]
}

/** Makes the counts of one part. */
export function createCutCounts(): CutCounts {
  const loose: { readonly name: string; readonly active: ActiveFault }[] = []
  return {
    inject(proxy, { api, kind, times }, skip) {
      const active = proxy.inject({ kind, requests: [api], times, skip })
      loose.push({ name: `${api} ${kind}`, active })
      return active
    },
    get total() {
      return loose.reduce((sum, { active }) => sum + active.hits, 0)
    },
    figures() {
      const names = [...new Set(loose.map(({ name }) => name))]
      return names.map((name) => {
        const faults = loose.filter((one) => one.name === name)
        const hits = faults.reduce((sum, { active }) => sum + active.hits, 0)
        return atLeast(name, hits, faults.length, 'cuts')
      })
    },
  }
}
