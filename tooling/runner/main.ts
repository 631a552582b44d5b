import { UsageFault } from './command-line.ts';
import { onEnd, statusOf } from './end.ts';

/** What a runner hands back: the object for `--json`, and its exit status. */
export interface Outcome {
  readonly report: unknown;
  readonly ok: boolean;
}

/** Where a runner writes. With `--json` everything for people goes to stderr, so that stdout ends in the object. */
export interface Output {
  readonly log: (line: string) => void;
}

/**
 * Runs a runner and turns its outcome into lines and an exit status: 0 all well, 1 something failed, 2 asked for
 * something that does not exist. A fault is status 1 with its stack, for it is a bug in the tooling or in a suite.
 * The process then ends, also when a suite left a handle open. It ends earlier when it is told to, when its reader closes
 * the pipe or when its launcher is gone, and so does everything it has started (`endWithLauncher`, `spawnTied`).
 *
 * @param json Whether the last line of stdout is the report.
 */
export async function runMain(
  argv: readonly string[],
  run: (output: Output) => Promise<Outcome>,
): Promise<void> {
  onEnd((cause) => process.exit(statusOf(cause)));
  const json = argv.includes('--json');
  const log = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`);
  try {
    const { report, ok } = await run({ log });
    if (json) await write(`${JSON.stringify(report)}\n`);
    process.exit(ok ? 0 : 1);
  } catch (fault) {
    const usage = fault instanceof UsageFault;
    process.stderr.write(`${usage ? fault.message : ((fault as Error).stack ?? String(fault))}\n`);
    if (json) await write(`${JSON.stringify({ ok: false, error: (fault as Error).message })}\n`);
    process.exit(usage ? 2 : 1);
  }
}

function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (fault) => (fault ? reject(fault) : resolve()));
  });
}
