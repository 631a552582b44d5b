import { keepBundledApps } from '../runner/bundled-apps.ts';
import { runMain } from '../runner/main.ts';
import { isIsolated, runIsolated } from './isolation/isolation.ts';
import { runInterop } from './run.ts';

/** Set in the run inside: one that is not isolated after all must not try again for ever. */
const mark = 'ENTENTE_INTEROP_INSIDE';

const argv = process.argv.slice(2);
const controller = new AbortController();
process.once('SIGINT', () => controller.abort(new Error('interrupted')));
process.once('SIGTERM', () => controller.abort(new Error('told to stop')));
if (argv.includes('--help') || isIsolated()) {
  keepBundledApps();
  await runMain(argv, (output) => runInterop(argv, output, { signal: controller.signal }));
} else if (process.env[mark] !== undefined) {
  throw new Error('expected loopback alone and a resolver of our own in new namespaces, found others');
} else {
  process.env[mark] = '1';
  const self = [process.execPath, ...process.execArgv, process.argv[1] as string];
  process.exitCode = await runIsolated([...self, ...argv], controller.signal);
}
