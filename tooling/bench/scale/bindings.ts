import { buildScript } from '../built.ts';
import { cores, nextMessage, startPinnedBuilt } from '../load/pinned-process.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { runLoad } from '../load/run-load.ts';
import { type BenchOutcome, measured } from '../suite.ts';
import { exponent } from './exponent.ts';
import type { BindingsOrder, BindingsSample } from './order.ts';
import { Refreshing } from './refreshing.ts';

/** Megabytes of heap for a million bindings, each with the texts that it is made of. */
const heapFlag = '--max-old-space-size=4096';
/** Users at a front end with few bindings. */
const pairs = 50;

/** Processor time of a whole request at a front end, microseconds. */
interface WholeRequests {
  readonly message: number;
  readonly register: number;
  readonly invalid: readonly string[];
}

/**
 * Processor time of a MESSAGE and of a REGISTER that refreshes, with more and more users registered. In one process, without sockets and
 * transactions, each request is about users at random. That gives what more bindings add to a whole request, which is measured at a front end
 * that has few of them.
 *
 * @param order how many bindings, ascending
 * @param milliseconds of each measurement at the front end
 */
export async function perBindings(
  order: BindingsOrder,
  milliseconds: number,
  log: (line: string) => void,
): Promise<BenchOutcome> {
  log('  whole requests, few bindings …');
  const whole = await wholeRequests(milliseconds);
  log(`  ${order.counts.join(', ')} bindings …`);
  await using script = await buildScript(new URL('./bindings-process.ts', import.meta.url), 'sip');
  const child = startPinnedBuilt(script.file, cores.server, [heapFlag]);
  try {
    child.send(order);
    const notice = await nextMessage<
      { readonly samples: readonly BindingsSample[] } | { readonly fault: string }
    >(child);
    if ('fault' in notice) throw new Error(notice.fault);
    const { samples } = notice;
    const of = (what: string, ofWhole: number, micros: (sample: BindingsSample) => number) => {
      const least = micros(samples[0] as BindingsSample);
      const points = samples.map((sample) => [sample.bindings, micros(sample)] as const);
      return [
        measured(`${what}, whole, few bindings`, ofWhole, 'µs'),
        ...points.map(([bindings, one]) => measured(`${what} in process, ${bindings} bindings`, one, 'µs')),
        ...exponent(`bindings (${what} in process)`, points),
        ...exponent(
          `bindings (${what}, whole)`,
          points.map(([bindings, one]) => [bindings, ofWhole + one - least] as const),
          { aims: true },
        ),
      ];
    };
    return {
      results: [
        ...of('a MESSAGE', whole.message, ({ message }) => message),
        ...of('a REGISTER', whole.register, ({ register }) => register),
      ],
      invalid: whole.invalid,
    };
  } finally {
    child.kill();
  }
}

/** As often as they are answered, which is when they cost least: so more bindings count most. */
async function wholeRequests(milliseconds: number): Promise<WholeRequests> {
  await using pool = await startPoolFrontEnd(pairs);
  await using script = await buildScript(new URL('./refreshers.ts', import.meta.url), 'sip');
  using clients = new Refreshing(script, pool);
  await clients.open();
  await clients.refresh(milliseconds);
  const refreshed = await clients.refresh(milliseconds);
  const sides = { ...pool.byServer, inFlight: 1, messageBytes: 600 };
  const messages = await runLoad(
    'messages',
    { ...sides, warmUpMs: milliseconds, measureMs: milliseconds },
    pool.pid,
  );
  return {
    message: messages.serverMicros ?? Number.NaN,
    register: 1e6 / refreshed.perProcessorSecond,
    invalid: [...refreshed.invalid, ...messages.invalid],
  };
}
