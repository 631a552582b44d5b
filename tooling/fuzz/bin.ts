import { runMain } from '../runner/main.ts';
import { runFuzz } from './run.ts';

const argv = process.argv.slice(2);
await runMain(argv, (output) => runFuzz(argv, output));
