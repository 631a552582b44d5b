#!/usr/bin/env node
import { run } from './index.ts';

// Whoever reads may have seen enough, as `head` has: the work goes on to its end, only nobody hears of it.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
process.exitCode = await run(process.argv.slice(2));
