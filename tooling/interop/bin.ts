import { runMain } from '../runner/main.ts';
import { runInterop } from './run.ts';

const argv = process.argv.slice(2);
const controller = new AbortController();
process.once('SIGINT', () => controller.abort(new Error('interrupted')));
process.once('SIGTERM', () => controller.abort(new Error('told to stop')));
await runMain(argv, (output) => runInterop(argv, output, { signal: controller.signal }));
