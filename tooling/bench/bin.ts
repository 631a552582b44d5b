import { keepBundledApps } from '../runner/bundled-apps.ts';
import { runMain } from '../runner/main.ts';
import { runBench } from './run.ts';

keepBundledApps();
const argv = process.argv.slice(2);
await runMain(argv, (output) => runBench(argv, output));
