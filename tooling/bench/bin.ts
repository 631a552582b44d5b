import { runMain } from '../runner/main.ts';
import { runBench } from './run.ts';

const argv = process.argv.slice(2);
await runMain(argv, (output) => runBench(argv, output));
