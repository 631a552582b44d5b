import { runIsolated } from '../isolation.ts';

// Runs what it is given in isolation, until it is killed itself.
process.exitCode = await runIsolated(process.argv.slice(2), new AbortController().signal);
