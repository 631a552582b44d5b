import { runMain } from '../runner/main.ts';
import { runSite } from './run.ts';

const argv = process.argv.slice(2);
await runMain(argv, (output) => runSite(argv, output));
