import { runMain } from '../runner/main.ts';
import { runScenarios } from './run.ts';

const argv = process.argv.slice(2);
await runMain(argv, (output) => runScenarios(argv, output));
