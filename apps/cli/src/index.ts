export { createProgram, run } from '@entente/commands';
