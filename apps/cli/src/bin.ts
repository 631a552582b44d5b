#!/usr/bin/env node
import { run } from './index.ts';

// Ignore EPIPE: the reader (for example `head`) may close early. The command still runs to its end.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
process.exitCode = await run(process.argv.slice(2));
