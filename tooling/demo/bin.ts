import { keepBundledApps } from '../runner/bundled-apps.ts';
import { type EndCause, onEnd, statusOf } from '../runner/end.ts';
import { runDemo } from './demo.ts';
import { demoOptions, usage } from './options.ts';
import { Paper } from './paper.ts';

/** What Ctrl-C does: at once while the demo shows something; in order once the network only stays up. */
const exit = (cause: EndCause): void => process.exit(statusOf(cause));
let interrupt = exit;
onEnd((cause) => interrupt(cause));
const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => {
    interrupt = () => {
      interrupt = exit;
      resolve();
    };
  });

try {
  const options = demoOptions(process.argv.slice(2).filter((argument) => argument !== '--'));
  if (options.help) process.stdout.write(usage);
  else {
    keepBundledApps();
    process.exitCode = (await runDemo(options, new Paper(process.stdout), untilInterrupted)) ? 0 : 1;
  }
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
