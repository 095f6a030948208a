/** A server of the stack. */
export type ServerName = 'kafka' | 'mongodb'

/** One step of bringing a server up, told while it happens. */
export interface Progress {
  server: ServerName
  /** What is being done, as a phrase: `downloading Kafka 4.1.1, once`. */
  step: string
}

/** Receives the steps of a start; must not throw. */
export type OnProgress = (progress: Progress) => void
