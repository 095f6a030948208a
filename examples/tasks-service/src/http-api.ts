import { createServer, type IncomingMessage, type Server } from 'node:http'
import { json } from 'node:stream/consumers'
import { isHouseHelperError, type PublishError, type TaskCreatedData } from '@house-helper/tasks'
import type { Caller, HouseholdTasks } from './household-tasks.ts'

interface Answer {
  readonly status: number
  readonly body: unknown
}

const mostBytes = 64 * 1024

/**
 * Serves the tasks of households:
 *
 * - `POST /households/{householdId}/tasks`, a JSON body such as `{ "title": "Take out trash" }`: 201 with the task.
 * - `POST /households/{householdId}/tasks/{taskId}/completion`: 200 with the task, or 404.
 *
 * The header `x-user-id` says who asks; in a household's real system, an identity proxy sets it.
 */
export function createHttpApi(tasks: HouseholdTasks): Server {
  return createServer({ requestTimeout: 10_000 }, (request, response) => {
    void answer(tasks, request)
      .catch(answerToError)
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      })
  })
}

async function answer(tasks: HouseholdTasks, request: IncomingMessage): Promise<Answer> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname
  const [, householdId, taskId] = /^\/households\/([^/]+)\/tasks(?:\/([^/]+)\/completion)?$/.exec(path) ?? []
  if (request.method !== 'POST' || householdId === undefined) return problem(404, 'There is no such place.')
  const userId = request.headers['x-user-id']
  if (typeof userId !== 'string' || userId === '') return problem(401, 'The header x-user-id is missing.')
  const caller: Caller = { householdId, userId }
  if (taskId !== undefined) {
    const done = await tasks.complete(caller, taskId)
    return done === undefined ? problem(404, 'The household has no such open task.') : { status: 200, body: done }
  }
  const body = await readBody(request)
  if (body === undefined) return problem(400, `The body must be a JSON object of at most ${mostBytes} bytes.`)
  return { status: 201, body: await tasks.create(caller, body) }
}

/** Reads a request for a task. Only its being an object is checked here: the contract of `task.created` checks the rest. */
async function readBody(request: IncomingMessage): Promise<TaskCreatedData | undefined> {
  if (Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY) > mostBytes) return undefined
  try {
    const body: unknown = await json(request)
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as TaskCreatedData) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function answerToError(error: unknown): Answer {
  if (isHouseHelperError(error, 'EVENT_INVALID')) {
    return { status: 400, body: { detail: 'The task is not valid.', issues: (error as PublishError).issues } }
  }
  console.error(error)
  return problem(503, 'The task could not be announced; try again.')
}

function problem(status: number, detail: string): Answer {
  return { status, body: { detail } }
}
