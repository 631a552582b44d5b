// On Node 20 the TypeScript loader of a process does not reach its threads, and a test runner has none: the thread registers its own.
import { register } from 'tsx/esm/api';

register();
await import('./thread.ts');
