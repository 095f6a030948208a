import type { Recorder, RecorderOptions } from './recorder-options.ts'

/** Makes a recorder; it does nothing before `start()`. */
export declare function createRecorder(options: RecorderOptions): Recorder
