import { z } from 'zod'

/** Makes the schema of an object that takes these keys and no others, and says which there are when it is given another one. */
export function closedObject<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined
      const keys = Object.keys(shape).join(', ')
      return `takes no ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}; there are ${keys}`
    },
  })
}
