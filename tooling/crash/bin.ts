import { runMain } from '../runner/main.ts';
import { runCrash } from './run.ts';

const argv = process.argv.slice(2);
await runMain(argv, (output) => runCrash(argv, output));
