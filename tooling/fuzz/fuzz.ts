import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RawFinding, SessionOrder, SessionReport } from './session.ts';

/** A finding as the report shows it. */
export interface Finding {
  /** `disclosure`: an outsider has received the name of a server inside. */
  readonly kind: RawFinding['kind'] | 'disclosure';
  readonly message: string;
  /** The input, base64; `null` for a finding that no single input explains. */
  readonly input: string | null;
  /** Where the input, or what was sent last, was written; `null` where there is neither. */
  readonly file: string | null;
}

/** The report of one target. */
export interface FuzzRun {
  readonly name: string;
  readonly executions: number;
  readonly seconds: number;
  readonly seed: number;
  readonly findings: readonly Finding[];
}

/** What to fuzz, and where what comes out is kept. */
export interface FuzzOrder {
  readonly name: string;
  readonly file: string;
  readonly seconds: number;
  /** Ends after this many mutants instead; the time is then a limit only. */
  readonly mutants?: number;
  /** Ends mutating with the first finding. */
  readonly first: boolean;
  readonly seed: number;
  /** Folder of inputs that once were findings, one file each; may not exist. */
  readonly regressions: string;
  /** Folder for the inputs of new findings. */
  readonly found: string;
}

/**
 * Fuzzes one target in a process of its own, so that whatever it does ends with that process.
 *
 * @throws Error when the target cannot be loaded.
 */
export async function fuzz(order: FuzzOrder): Promise<FuzzRun> {
  const started = performance.now();
  const { name, file, first, mutants, seconds, seed } = order;
  const regressions = await readAll(order.regressions);
  const count = mutants === undefined ? {} : { mutants };
  const report = await runProcess({ name, file, seconds, ...count, first, seed, regressions });
  const findings: Finding[] = [];
  for (const finding of report.findings) findings.push(await keep(finding, order));
  const took = Math.round((performance.now() - started) / 100) / 10;
  return { name, executions: report.executions, seconds: took, seed, findings };
}

async function readAll(folder: string): Promise<Uint8Array[]> {
  const files = await readdir(folder).catch(() => [] as string[]);
  return Promise.all(files.sort().map((file) => readFile(join(folder, file))));
}

async function keep(finding: RawFinding, order: FuzzOrder): Promise<Finding> {
  const { kind, message, input } = finding;
  if (input === null) return { kind, message, input: null, file: null };
  await mkdir(order.found, { recursive: true });
  const digest = createHash('sha256').update(input).digest('hex').slice(0, 16);
  const file = join(order.found, `${order.name}-${kind}-${digest}.bin`);
  await writeFile(file, input);
  return { kind, message, input: Buffer.from(input).toString('base64'), file };
}

type Answer = { readonly report: SessionReport } | { readonly fault: string };

function runProcess(order: SessionOrder): Promise<SessionReport> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('./process.ts', import.meta.url)), [], {
      execArgv: ['--expose-gc', '--conditions=@entente/source', '--import', 'tsx'],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let answer: Answer | undefined;
    child.on('message', (message) => {
      answer = message as Answer;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (answer === undefined) {
        const message = `the process ended without a report (status ${code}, signal ${signal})`;
        resolve({ executions: 0, findings: [{ kind: 'crash', message, input: null }] });
      } else if ('fault' in answer) {
        reject(new Error(`${order.name}: ${answer.fault}`));
      } else {
        resolve(answer.report);
      }
    });
    child.send(order);
  });
}
