import { buildScript } from '../built.ts';
import { cores, nextMessage, processorMicros, startPinnedBuilt } from '../load/pinned-process.ts';
import type { PoolFrontEnd } from '../load/pool-front-end.ts';
import { runLoad } from '../load/run-load.ts';
import { heldUser } from '../memory/idle-connections.ts';
import { type BenchOutcome, measured } from '../suite.ts';
import type { StormNotice, StormOrder } from './order.ts';

/** Seconds in which all clients of a server that was restarted are to be registered again. */
const mostSeconds = 60;
/** Pairs that exchange messages meanwhile, and how many a second. */
const talking = 10;
const messagesPerSecond = 100;
/** For so long messages are exchanged from the beginning of the storm on. */
const talkingMs = 15_000;
/** Of the messages, how many have to arrive. */
const leastArrived = 0.99;

/**
 * Clients that all come at once, as they do after a restart of their server: each connects and registers, and comes back when it is told to.
 * Others, who are connected, exchange messages meanwhile.
 *
 * @param pool whose users have no connection yet; the last pairs exchange messages
 * @param devices how many each of the other users has
 */
export async function registrationStorm(
  pool: PoolFrontEnd,
  devices: number,
  log: (line: string) => void,
): Promise<BenchOutcome> {
  const { caller, called, pairs } = pool.byServer;
  const users = pool.byUser.pairs
    .slice(0, -talking)
    .flatMap(({ from, to }) => [from, to].map((one) => heldUser(one, pool)));
  const clients = users.length * devices;
  log(`  ${clients} clients register at once …`);
  await using script = await buildScript(new URL('./storm-clients.ts', import.meta.url), 'sip');
  const child = startPinnedBuilt(script.file, cores.generator);
  try {
    const order: StormOrder = { tls: pool.byUser.caller, users, devices };
    let notice: Promise<StormNotice> | undefined;
    let before: number | undefined;
    const messages = await runLoad(
      'messages during the storm',
      {
        caller,
        called,
        pairs: pairs.slice(-talking),
        inFlight: 1,
        messageBytes: 600,
        ratePerSecond: messagesPerSecond,
        warmUpMs: 1_000,
        measureMs: talkingMs,
      },
      pool.pid,
      () => {
        before = processorMicros(pool.pid);
        child.send(order);
        notice = nextMessage<StormNotice>(child);
      },
    );
    const found = await notice;
    const after = processorMicros(pool.pid);
    if (found?.type !== 'report') throw new Error(found?.message ?? 'the storm did not begin');
    const { broken, halfSeconds, lastSeconds, processorSeconds, refused, registered, toldToWait } =
      found.report;
    const failed = messages.lost + Object.values(messages.refused).reduce((sum, count) => sum + count, 0);
    const invalid = Object.entries(refused).map(
      ([status, count]) => `a client was answered ${count} times "${status}"`,
    );
    if (registered < clients) invalid.push(`${clients - registered} clients were never registered`);
    return {
      results: [
        measured(`${registered} clients registered again, the last one after`, lastSeconds, 's', {
          aim: { atMost: mostSeconds },
        }),
        measured('half of them', halfSeconds, 's'),
        // With that of the messages; what others do on this machine is not in it.
        ...(before === undefined || after === undefined
          ? []
          : [measured('processor time of the server for all of them', (after - before) / 1e6, 's')]),
        measured('processor time of the clients, on the other core', processorSeconds, 's'),
        measured('times that a client was told to come back later', toldToWait, ''),
        measured('times that a client could not connect, or lost its connection', broken, ''),
        measured('messages of others that arrive meanwhile', 1 - failed / messages.begun, 'of all', {
          aim: { atLeast: leastArrived },
        }),
        measured('time of such a message, p99', messages.latencyMs?.p99 ?? 0, 'ms'),
      ],
      invalid,
    };
  } finally {
    child.kill();
  }
}
