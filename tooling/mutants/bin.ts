import { runMain } from '../runner/main.ts';
import { runMutants } from './run.ts';

const argv = process.argv.slice(2);
await runMain(argv, (output) => runMutants(argv, output));
