import { runMain } from '../runner/main.ts';
import { runConformance } from './run.ts';

const argv = process.argv.slice(2);
await runMain(argv, (output) => runConformance(argv, output));
