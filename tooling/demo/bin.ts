import { runDemo } from './demo.ts';
import { demoOptions, usage } from './options.ts';
import { Paper } from './paper.ts';

const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});

try {
  const options = demoOptions(process.argv.slice(2).filter((argument) => argument !== '--'));
  if (options.help) process.stdout.write(usage);
  else process.exitCode = (await runDemo(options, new Paper(process.stdout), () => stopped)) ? 0 : 1;
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
