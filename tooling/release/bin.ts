import { runMain } from '../runner/main.ts';
import { runRelease } from './run.ts';

const argv = process.argv.slice(2);
await runMain(argv, (output) => runRelease(argv, output));
