// Loaded before a program of a soak: whatever ends the soak, SIGKILL too, closes the channel and so ends the program.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.channel?.unref()
