#!/usr/bin/env node
import { run } from './index.ts';

process.exitCode = run(process.argv.slice(2), {
  say: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
});
