import { Clients, failedOf, runLoad } from '../load/clients.ts';
import type { StormReport } from '../load/order.ts';
import type { PoolFrontEnd } from '../load/pool-front-end.ts';
import { heldUser } from '../memory/idle-connections.ts';
import { processorMicros } from '../process/processor-time.ts';
import type { Bench } from '../suite.ts';

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
 * @param pool - whose users have no connection yet; the last pairs exchange messages
 * @param devices - how many each of the other users has
 */
export async function registrationStorm(bench: Bench, pool: PoolFrontEnd, devices: number): Promise<void> {
  const { byServer, byUser, pid } = pool;
  const users = byUser.pairs
    .slice(0, -talking)
    .flatMap(({ from, to }) => [from, to].map((one) => heldUser(one, pool)));
  const count = users.length * devices;
  bench.log(`  ${count} clients register at once …`);
  await using clients = await Clients.start('the storm');
  let before = Number.NaN;
  let coming: Promise<StormReport> | undefined;
  const messages = await runLoad(
    { what: 'messages during the storm', pid, sides: { ...byServer, pairs: byServer.pairs.slice(-talking) } },
    { ratePerSecond: messagesPerSecond, warmUpMs: 1_000, measureMs: talkingMs },
    {
      measuring() {
        before = processorMicros(pid) ?? Number.NaN;
        coming = clients.storm({ tls: byUser.caller, users, devices });
      },
    },
  );
  const found = await coming;
  if (found === undefined) throw new Error('the storm did not begin');
  const server = ((processorMicros(pid) ?? Number.NaN) - before) / 1e6;
  for (const [status, times] of Object.entries(found.refused))
    bench.demand(false, `a client was answered ${times} times "${status}"`);
  const missing = count - found.registered;
  bench.demand(missing === 0, `${missing} clients were never registered`);
  const last = `${found.registered} clients registered again, the last one after`;
  bench.figure(last, found.lastSeconds, 's', { aim: { atMost: mostSeconds } });
  bench.figure('half of them', found.halfSeconds, 's');
  // With that of the messages; what others do on this machine is not in it.
  bench.figure('processor time of the server for all of them', server, 's');
  bench.figure('processor time of the clients, on the other core', found.processorSeconds, 's');
  bench.figure('times that a client was told to come back later', found.toldToWait, '');
  bench.figure('times that a client could not connect, or lost its connection', found.broken, '');
  bench.figure(
    'messages of others that arrive meanwhile',
    1 - failedOf(messages) / messages.begun,
    'of all',
    {
      aim: { atLeast: leastArrived },
    },
  );
  bench.figure('time of such a message, p99', messages.latencyMs?.p99 ?? 0, 'ms');
}
