import type { SoakCase } from '../soak-case.ts'
import { cutPublishers } from './producer-cuts/publishing.ts'
import { cutLoggers } from './producer-cuts/receiving.ts'

/** Each request that a publisher or an event logger makes is cut, before and after the broker has done it. */
export const producerCuts: SoakCase = {
  name: 'producer-cuts',
  title: 'Each API is cut before and after the broker has done its part, once and again and again.',
  parts: () => [
    { name: 'publishing', run: cutPublishers },
    { name: 'receiving', run: cutLoggers },
  ],
}
