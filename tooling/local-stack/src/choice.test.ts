import { expect, test } from 'vitest'
import { chooseKafka, chooseMongo, type Probes } from './choice.ts'

const nothingNamed = { brokers: undefined, mongodbUri: undefined }

/** A machine described by what it lacks; `asked` lists what was looked for. */
function machine(lacks: { docker?: string; java?: string }): { probes: Probes; asked: string[] } {
  const asked: string[] = []
  const probes: Probes = {
    whyNoDocker: async () => {
      asked.push('docker')
      return lacks.docker
    },
    whyNoJava: async () => {
      asked.push('java')
      return lacks.java
    },
  }
  return { probes, asked }
}

test('KAFKA_BROKERS comes before everything, and the machine is not looked at', async () => {
  const { probes, asked } = machine({})
  const named = { brokers: ['kafka:9092'], mongodbUri: undefined }
  expect(await chooseKafka(named, probes)).toEqual({ kind: 'environment', why: 'KAFKA_BROKERS names it' })
  expect(asked).toEqual([])
})

test('each server is named on its own: MONGODB_URI alone does not choose Kafka', async () => {
  const { probes } = machine({ docker: 'no Docker' })
  const named = { brokers: undefined, mongodbUri: 'mongodb://db/' }
  expect(await chooseMongo(named, probes)).toMatchObject({ kind: 'environment' })
  expect(await chooseKafka(named, probes)).toMatchObject({ kind: 'local' })
})

test('Docker comes before local processes', async () => {
  const { probes, asked } = machine({})
  expect(await chooseKafka(nothingNamed, probes)).toMatchObject({ kind: 'docker' })
  expect(await chooseMongo(nothingNamed, probes)).toMatchObject({ kind: 'docker' })
  expect(asked).toEqual(['docker', 'docker'])
})

test('without Docker servers are local processes, and the reason is told', async () => {
  const { probes } = machine({ docker: 'no Docker engine answers' })
  expect(await chooseKafka(nothingNamed, probes)).toEqual({
    kind: 'local',
    why: 'KAFKA_BROKERS is not set, and no Docker engine answers',
  })
  expect(await chooseMongo(nothingNamed, probes)).toEqual({
    kind: 'local',
    why: 'MONGODB_URI is not set, and no Docker engine answers',
  })
})

test('without Docker and Java Kafka is memory, with all three reasons', async () => {
  const { probes } = machine({ docker: 'no Docker', java: 'no Java on the PATH' })
  expect(await chooseKafka(nothingNamed, probes)).toEqual({
    kind: 'memory',
    why: 'KAFKA_BROKERS is not set, no Docker, and no Java on the PATH',
  })
})
