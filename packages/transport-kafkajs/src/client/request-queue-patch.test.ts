import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { kafkajsInternals, versionProblem } from './kafkajs-internals.ts'
import {
  patchRequestQueue,
  type RequestInFlight,
  type RequestQueue,
  scheduleCheckPendingRequests,
  scheduleRequestTimeoutCheck,
} from './request-queue-patch.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the patched request queue', () => {
  it('has no timer while nothing waits', () => {
    const queue = newQueue()
    queue.checkPendingRequests()
    scheduleCheckPendingRequests.call(queue)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('has one timer, however often it is asked, while something waits', () => {
    const queue = newQueue({ pending: [{}] })
    scheduleCheckPendingRequests.call(queue)
    scheduleCheckPendingRequests.call(queue)
    expect(vi.getTimerCount()).toBe(1)
  })

  it('checks again when the throttle ends, and no sooner than after a millisecond', () => {
    const throttled = newQueue({ pending: [{}], throttledUntil: Date.now() + 250 })
    scheduleCheckPendingRequests.call(throttled)
    vi.advanceTimersByTime(249)
    expect(throttled.checks).toBe(0)
    vi.advanceTimersByTime(1)
    expect(throttled.checks).toBe(1)
  })

  it('ends a request at most a second after its time is over, and no other', () => {
    const ended: string[] = []
    const request = (name: string, requestTimeout: number): RequestInFlight => ({
      sentAt: Date.now(),
      requestTimeout,
      timeoutRequest: () => void ended.push(name),
    })
    const inflight = new Map([
      [1, request('short', 1_500)],
      [2, request('long', 60_000)],
    ])
    scheduleRequestTimeoutCheck.call(newQueue({ inflight }))
    vi.advanceTimersByTime(1_500)
    expect(ended).toEqual([])
    vi.advanceTimersByTime(1_000)
    expect(ended).toEqual(['short'])
  })

  it('looks after requests for as long as the connection is there', () => {
    let connected = true
    scheduleRequestTimeoutCheck.call(newQueue({ isConnected: () => connected }))
    vi.advanceTimersByTime(60_000)
    expect(vi.getTimerCount()).toBe(1)
    connected = false
    vi.advanceTimersByTime(1_000)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('replaces kafkajs’s own, of which every idle connection sets a timer after each answer', () => {
    const RequestQueueOfKafkajs = kafkajsInternals().RequestQueue as unknown as new (options: object) => RequestQueue
    const warnings: string[] = []
    patchRequestQueue(loggerInto(warnings))
    const queue = new RequestQueueOfKafkajs({ logger: { debug() {} }, requestTimeout: 1 })
    queue.checkPendingRequests()
    expect(vi.getTimerCount()).toBe(0)
    expect(warnings).toEqual([])
  })

  it('leaves another version of it alone, and says so once', () => {
    class Newer extends EventEmitter {
      scheduleCheckPendingRequests(): string {
        return 'as it was'
      }
      scheduleRequestTimeoutCheck(): void {}
    }
    const warnings: string[] = []
    patchRequestQueue(loggerInto(warnings), Newer)
    patchRequestQueue(loggerInto(warnings), Newer)
    expect(new Newer().scheduleCheckPendingRequests()).toBe('as it was')
    expect(warnings).toHaveLength(1)
  })
})

describe('the version of kafkajs', () => {
  it('is the one that is known from the inside', () => {
    expect(versionProblem('2.2.4')).toBeUndefined()
    expect(versionProblem('2.2.5')).toMatchObject({
      code: 'PACKAGES_INCOMPATIBLE',
      message: expect.stringContaining('2.2.5'),
    })
    expect(() => kafkajsInternals()).not.toThrow()
  })
})

function newQueue(state: Partial<RequestQueue> = {}) {
  return {
    pending: [] as readonly unknown[],
    inflight: new Map<number, RequestInFlight>() as ReadonlyMap<number, RequestInFlight>,
    enforceRequestTimeout: true,
    requestTimeout: 30_000,
    requestTimeoutIntervalId: null as NodeJS.Timeout | null,
    throttledUntil: -1,
    throttleCheckTimeoutId: null as NodeJS.Timeout | null,
    checks: 0,
    checkPendingRequests() {
      this.checks++
    },
    isConnected: () => true,
    destroy() {
      clearInterval(this.requestTimeoutIntervalId ?? undefined)
    },
    ...state,
  }
}

function loggerInto(warnings: string[]) {
  const nothing = (): void => {}
  return {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (_fields: object, message: string) => void warnings.push(message),
  }
}
