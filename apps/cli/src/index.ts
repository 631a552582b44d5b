export { createProgram, run, watchOutput } from '@entente/commands/program';
