import { runMain } from '../runner/main.ts';
import { runInterop } from './run.ts';

const argv = process.argv.slice(2);
await runMain(argv, (output) => runInterop(argv, output));
