import { threadMs } from '../process/processor-time.ts';
import type { Bench } from '../suite.ts';
import { type HostileMessage, type MessagePath, plainMessage } from './hostile-messages.ts';
import { InProcessServers } from './in-process-servers.ts';

/** How much more each byte of a hostile message may cost than one of a plain MESSAGE. */
const mostTimes = 10;
/** Milliseconds of one sample: the kernel counts in steps of some milliseconds. */
const sampleMs = 40;

/**
 * Measures what each message costs for each of its bytes, and compares the worst of each way with a plain MESSAGE on the same way.
 * @param messages - on whichever ways
 */
export function measureMessages(bench: Bench, messages: readonly HostileMessage[]): void {
  const { log, short } = bench;
  const servers = new InProcessServers();
  for (const path of new Set(messages.map((message) => message.path))) {
    const plain = plainMessage(path);
    const outcome = servers.take(plain);
    const isRelayed = outcome.startsWith('relayed') || path === 'from-edge';
    bench.demand(isRelayed, `a plain MESSAGE (${path}): ${outcome}`);
    const base = nanosecondsPerByte(servers, plain, short);
    log(`${path}: a plain MESSAGE, ${outcome}: ${base.toFixed(1)} ns a byte`);
    let worst = { what: 'none', nanoseconds: 0 };
    for (const message of messages) {
      if (message.path !== path) continue;
      const became = servers.take(message);
      const nanoseconds = nanosecondsPerByte(servers, message, short);
      log(
        `${path}: ${message.what}: ${became}, ${nanoseconds.toFixed(1)} ns a byte, ${(nanoseconds / base).toFixed(2)} times`,
      );
      if (nanoseconds > worst.nanoseconds) worst = { what: message.what, nanoseconds };
    }
    bench.figure(`${ways[path]}, for each byte, the worst: ${worst.what}`, worst.nanoseconds, 'ns', {
      against: { what: 'a plain MESSAGE', value: base },
      aim: { ratioAtMost: mostTimes },
    });
  }
}

const ways: Readonly<Record<MessagePath, string>> = {
  user: 'a message of a user at a front end',
  'from-edge': 'a message of an edge at a front end',
  client: 'a message of a client at an edge',
  partner: 'a message of a partner at an edge',
  outwards: 'a message from inside at an edge',
};

/** The best of several samples: the one that other work on the machine has disturbed least. */
function nanosecondsPerByte(servers: InProcessServers, message: HostileMessage, short: boolean): number {
  const { answer, bytes } = message;
  const size = bytes.length + (answer?.length ?? 0);
  const once = () => servers.take(message);
  const started = threadMs();
  let runs = 0;
  // Also the time in which the code is compiled.
  while (threadMs() - started < sampleMs) {
    once();
    runs++;
  }
  let best = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < (short ? 2 : 5); sample++) {
    const before = threadMs();
    for (let run = 0; run < runs; run++) once();
    best = Math.min(best, (threadMs() - before) / runs);
  }
  return (best * 1e6) / size;
}
