import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sendProblem } from './problem.ts'

/** Answers that are written while they are read, and so may take as long as their reader does. */
export interface LiveStreams {
  /**
   * Answers with chunks of text, each made when the one before it was taken. The signal aborts when the reader is gone or
   * the API closes. Too many at once are refused with 503.
   */
  send(
    request: FastifyRequest,
    reply: FastifyReply,
    contentType: string,
    chunks: (signal: AbortSignal) => AsyncIterable<string>,
  ): FastifyReply
}

/** Answers of this kind at the same time, of one logger. */
const MAX_STREAMS = 64

/** Makes the live streams of an API, which end when it closes. */
export function createLiveStreams(app: FastifyInstance, maxStreams: number = MAX_STREAMS): LiveStreams {
  const open = new Set<AbortController>()
  app.addHook('preClose', async () => {
    for (const stream of open) stream.abort()
  })
  return {
    send(request, reply, contentType, chunks) {
      if (open.size >= maxStreams) {
        const detail = `${open.size} streams and exports are open, and no more can be. Close some, or try again later.`
        return sendProblem(request, reply, { status: 503, detail })
      }
      const controller = new AbortController()
      open.add(controller)
      const stream = Readable.from(chunks(controller.signal))
      stream.once('close', () => {
        open.delete(controller)
        // What it waits for ends with it; otherwise its reader would be gone and its queries go on.
        controller.abort()
      })
      reply.raw.once('close', () => controller.abort())
      reply.headers({
        'content-type': contentType,
        // Proxies would hold back what is to be seen at once.
        'x-accel-buffering': 'no',
        // A connection that stays for another request would outlive the API's closing.
        connection: 'close',
      })
      return reply.send(stream)
    },
  }
}
