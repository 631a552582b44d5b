export { createProgram, run } from './cli.ts';
