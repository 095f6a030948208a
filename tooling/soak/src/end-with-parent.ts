import { flushCompileCache } from 'node:module'

// Loaded before a program of a soak: whatever ends the soak, SIGKILL too, closes the channel and so ends the program.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.channel?.unref()
// What is killed never writes its cache, and the programs that are started in its place would all compile anew.
setTimeout(flushCompileCache, 3_000).unref()
