import { runMain } from '../runner/main.ts';
import { runCheck } from './run.ts';

const argv = process.argv.slice(2);
await runMain(argv, (output) => runCheck(argv, output));
