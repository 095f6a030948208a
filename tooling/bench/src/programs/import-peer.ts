const startedAt = performance.now()
await import('kafkajs')
await import('zod')
console.log(JSON.stringify(performance.now() - startedAt))
