export { createProgram, run } from '@entente/commands/program';
