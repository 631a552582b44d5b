import { runMain } from '../runner/main.ts';
import { runNewcomer } from './run.ts';

const argv = process.argv.slice(2);
await runMain(argv, (output) => runNewcomer(argv, output));
