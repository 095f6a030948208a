import { createReplays } from '@house-helper/event-log'
import { createKafkaTransport } from '@house-helper/transport-kafkajs'
import { MongoClient } from 'mongodb'
import { programOrder } from '../programs.ts'
import { recordAnswer } from './recording.ts'
import type { ReplayOrder } from './replaying.ts'

const { brokers, mongodbUri, database, topicPrefix, groupId, count } = programOrder<ReplayOrder>()
const client = await MongoClient.connect(mongodbUri)
const transport = createKafkaTransport({ brokers: [...brokers], topicPrefix })
// The plan is made before: what is measured is the sending, with its checkpoints, its lease and its order.
const replays = createReplays({ db: client.db(database), transport, domains: [], judgeMs: 1 })
const plan = await replays.plan({ filter: 'since:1970-01-01', groups: [groupId], ratePerSecond: 1_000_000 })
if (plan.count !== count) throw new Error(`The plan has ${plan.count} of ${count} events.`)
const startedAt = performance.now()
replays.start()
const { id } = await replays.run({ planId: plan.id }, groupId)
let state = ''
for await (const run of replays.watch(id, { intervalMs: 50 })) state = run.state
if (state !== 'done') throw new Error(`The replay is ${state}.`)
const answer = recordAnswer(count, startedAt)
await replays.close()
await transport.close()
await client.close()
console.log(JSON.stringify(answer))
