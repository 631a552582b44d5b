#!/usr/bin/env node
import { run, watchOutput } from './index.ts';

watchOutput();
process.exitCode = await run(process.argv.slice(2));
