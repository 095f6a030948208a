import { describe, expect, it } from 'vitest'
import { readCommand } from './command-line.ts'

describe('readCommand', () => {
  it.each([
    [['recipes'], { kind: 'create', name: 'recipes' }],
    [['recipes', '--event', 'recipe.cooked'], { kind: 'create', name: 'recipes', type: 'recipe.cooked' }],
    [['-h'], { kind: 'help' }],
  ])('reads %j', (args, command) => {
    expect(readCommand(args)).toEqual(command)
  })

  it.each([[[]], [['recipes', 'meals']], [['--what']], [['recipes', '--event']]])(
    'refuses %j and shows the usage',
    (args) => {
      expect(() => readCommand(args)).toThrow(
        expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('Usage:') }),
      )
    },
  )
})
