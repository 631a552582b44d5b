export { createProgram, run } from './cli.ts';
export { watchOutput } from './lost-answer.ts';
