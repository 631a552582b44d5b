export { createProgram, run } from './cli.ts';
export { watchOutput } from './output-not-written.ts';
