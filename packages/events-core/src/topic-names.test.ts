import { describe, expect, it } from 'vitest'
import { topicNames } from './topic-names.ts'

describe('topicNames', () => {
  it('names the topics of the Go service by default', () => {
    expect(topicNames().domain('tasks')).toBe('house-helper.tasks')
  })

  it('names the inbox and dead letters of a group', () => {
    const names = topicNames('test')
    expect([names.inbox('points-service'), names.dead('points-service')]).toEqual([
      'test.inbox.points-service',
      'test.dead.points-service',
    ])
  })

  it.each(['', 'a b', 'ä', 'x'.repeat(201)])('refuses the group id %j', (groupId) => {
    expect(() => topicNames().inbox(groupId)).toThrow(expect.objectContaining({ code: 'GROUP_ID_INVALID' }))
  })

  it('tells domain topics from inboxes, dead letters and foreign topics', () => {
    const { domainOf } = topicNames()
    const topics = [
      'house-helper.tasks',
      'house-helper.inbox.tasks',
      'house-helper.dead.x',
      'house-helper.inbox',
      'house-helperxtasks',
      'tasks',
    ]
    expect(topics.map(domainOf)).toEqual(['tasks', undefined, undefined, undefined, undefined, undefined])
  })

  it('tells whose dead letters a topic holds', () => {
    const { dead, inbox, deadGroupOf } = topicNames('test')
    const topics = [dead('points.v2'), inbox('points'), 'test.dead', 'test.dead.', 'other.dead.points', 'test.dead.a b']
    expect(topics.map(deadGroupOf)).toEqual(['points.v2', undefined, undefined, undefined, undefined, undefined])
  })

  it('tells whose inbox a topic is', () => {
    const { dead, inbox, inboxGroupOf } = topicNames('test')
    const topics = [inbox('points.v2'), dead('points'), 'test.inbox', 'test.inbox.', 'other.inbox.points']
    expect(topics.map(inboxGroupOf)).toEqual(['points.v2', undefined, undefined, undefined, undefined])
  })
})
