import { Worker } from 'node:worker_threads';
import {
  newBlackbox,
  openBlackbox,
  type RawFinding,
  type SessionOrder,
  type SessionReport,
  type ThreadMessage,
  type ThreadOrder,
} from './session.ts';

const tickMs = 50;
const maxThreads = 4;
const heapMb = 512;
/** Beyond its order a thread may take this much longer for start, shrinking and the last collection. */
const graceMs = 20_000;

/** The TypeScript loader of this process does not reach its threads on Node 20: each registers its own. */
const threadFile = new URL('./thread.ts', import.meta.url).href;
const bootstrap = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(threadFile)}); });`;

/**
 * Runs a target in a thread, starting a new one after a hang or a death until the time is over.
 *
 * @throws Error when the target cannot be loaded or offers no seed.
 */
export async function watch(order: SessionOrder): Promise<SessionReport> {
  const started = Date.now();
  const findings: RawFinding[] = [];
  let executions = 0;
  for (let generation = 0; generation < maxThreads; generation += 1) {
    const until = Math.max(Date.now() + 200, started + order.seconds * 1000);
    const shared = newBlackbox();
    const thread = await runThread({ ...order, shared, until, generation });
    executions += openBlackbox(shared).state[0] as number;
    findings.push(...thread.findings.filter((finding) => !findings.some((known) => same(known, finding))));
    if (thread.finished || Date.now() >= until) break;
  }
  return { executions, findings };
}

function same(a: RawFinding, b: RawFinding): boolean {
  return a.kind === b.kind && a.message === b.message;
}

/**
 * On a busy machine a thread may stand still without a fault of its own, so what counts is the processor time that
 * went by; a thread that waits without using any is stuck too, after far longer.
 */
function stuck(elapsedMs: number, usedMs: number, hangMs: number): boolean {
  return (elapsedMs > hangMs && usedMs > hangMs) || elapsedMs > hangMs * 20;
}

interface ThreadEnd {
  readonly findings: readonly RawFinding[];
  readonly finished: boolean;
}

function runThread(order: ThreadOrder): Promise<ThreadEnd> {
  const blackbox = openBlackbox(order.shared);
  const findings: RawFinding[] = [];
  let hangMs = 1000;
  return new Promise((resolve, reject) => {
    const worker = new Worker(bootstrap, {
      eval: true,
      workerData: order,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    });
    const currentInput = (): Uint8Array => blackbox.input.slice(0, blackbox.state[1]);
    let last = -1;
    let since = Date.now();
    let spent = process.cpuUsage();
    const end = (finished: boolean, fault?: Error): void => {
      clearInterval(timer);
      worker.removeAllListeners();
      // A worker that is being ended may still report its end as an error; nobody waits for that any more.
      worker.on('error', () => undefined);
      void worker.terminate();
      if (fault === undefined) resolve({ findings, finished });
      else reject(fault);
    };
    const timer = setInterval(() => {
      const running = Atomics.load(blackbox.state, 2) === 1;
      const execution = Atomics.load(blackbox.state, 0);
      if (!running || execution !== last) {
        last = execution;
        since = Date.now();
        spent = process.cpuUsage();
      } else if (stuck(Date.now() - since, process.cpuUsage(spent).user / 1000, hangMs)) {
        const message = `one execution took more than ${hangMs} ms`;
        findings.push({ kind: 'hang', message, input: currentInput() });
        end(false);
        return;
      }
      if (Date.now() > order.until + graceMs)
        end(false, new Error('the fuzzing thread does not come to its end'));
    }, tickMs);
    worker.on('message', (message: ThreadMessage) => {
      if (message.type === 'ready') hangMs = message.hangMs;
      else if (message.type === 'finding') findings.push(message.finding);
      else if (message.type === 'done') end(true);
      else end(false, new Error(message.message));
    });
    worker.on('error', (fault: NodeJS.ErrnoException) => {
      const memory = fault.code === 'ERR_WORKER_OUT_OF_MEMORY';
      const message = memory ? `one execution took more than ${heapMb} MB` : (fault.stack ?? fault.message);
      findings.push({ kind: memory ? 'leak' : 'crash', message, input: currentInput() });
      end(false);
    });
    worker.on('exit', (code) => {
      findings.push({
        kind: 'crash',
        message: `the thread ended with status ${code}`,
        input: currentInput(),
      });
      end(false);
    });
  });
}
