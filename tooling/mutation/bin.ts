import { runMain } from '../runner/main.ts';
import { runMutation } from './run.ts';

const argv = process.argv.slice(2);
await runMain(argv, (output) => runMutation(argv, output));
