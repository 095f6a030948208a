import { describe, expect, it } from 'vitest'
import { PartitionWindow } from '../scheduling/partition-window.ts'
import { encodeProgress, type Progress } from './commit-metadata.ts'
import { LeftProgress } from './left-progress.ts'

const mine = 'mine0000'
const none: Progress = { clean: false, crashes: 0, writer: mine, topicId: 'topic-1', done: [], tried: [] }
const metadataOf = (progress: Partial<Progress>): string => encodeProgress(10, { ...none, ...progress })
const assigned = (metadata: string, offset = 10) => {
  return { topic: 't', partition: 0, committed: { topic: 't', partition: 0, offset, metadata } }
}

/** Read and done up to 40, of which 10 is committed. */
function left(): LeftProgress {
  const window = new PartitionWindow(assigned(metadataOf({})), 'group', 0, mine)
  window.watermark.readTo(40)
  const all = new LeftProgress()
  all.keep(window, mine)
  return all
}

describe('what was left of a partition', () => {
  it('is taken up again where the commit is still its own', () => {
    expect(left().take(assigned(metadataOf({})), mine)?.done).toEqual([{ from: 10, to: 40 }])
  })

  it('is taken up once: by then the window knows more', () => {
    const all = left()
    all.take(assigned(metadataOf({})), mine)
    expect(all.take(assigned(metadataOf({})), mine)?.done).toEqual([])
  })

  it('is forgotten where the partition was read anew since, and nothing of it yet', () => {
    const all = left()
    all.keep(new PartitionWindow({ topic: 't', partition: 0, committed: undefined }, 'group', 0, mine), mine)
    expect(all.take(assigned(metadataOf({})), mine)?.done).toEqual([])
  })

  it.each([
    ['another member has committed since', assigned(metadataOf({ writer: 'other000' })), mine],
    ['an operator has moved the group back', assigned('', 3), mine],
    ['the member counts as another one by now', assigned(metadataOf({})), 'mine0001'],
    ['the topic was made again', assigned(metadataOf({ topicId: 'topic-2' })), mine],
    ['the commit is ahead of it', assigned(encodeProgress(50, none), 50), mine],
  ])('is forgotten where %s', (_, again, instance) => {
    expect(left().take(again, instance)?.done ?? []).toEqual([])
  })
})
