#!/usr/bin/env node
import { nodeProblem } from './node-version.ts';

const tooOld = nodeProblem(process.versions.node);
if (tooOld === undefined) {
  // Loaded once this Node is known to be able to run it.
  const { create } = await import('./create.ts');
  process.exitCode = await create(process.argv.slice(2), {
    say: (line) => void process.stdout.write(`${line}\n`),
    complain: (line) => void process.stderr.write(`${line}\n`),
  });
} else {
  process.stderr.write(`create: ${tooOld}\n`);
  process.exitCode = 1;
}
