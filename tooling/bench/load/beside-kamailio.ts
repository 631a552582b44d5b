import type { TestAuthority } from '@entente/testkit';
import { type Measurement, runLoad } from './clients.ts';
import { startKamailio } from './kamailio.ts';
import type { LoadPair, OpenOrder, Work } from './order.ts';

/** What Kamailio does on this machine: the best of several numbers of processes on one core. */
export interface BesideKamailio {
  /** How many processes were best. */
  readonly children: number;
  readonly message: Measurement;
  /** With digest on each request. */
  readonly users: Measurement;
  readonly call: Measurement;
  /** MESSAGE at the share of its maximum at which latency is measured. */
  readonly paced: Measurement;
  readonly pacedRate: number;
}

/** What is measured, and how long. */
export interface BesideOptions {
  readonly domain: string;
  readonly pairs: readonly LoadPair[];
  /** Password of every user. */
  readonly password: string;
  readonly timing: Work;
  /** Numbers of processes to try. */
  readonly children: readonly number[];
  /** Share of its maximum at which latency is measured. */
  readonly latencyShare: number;
  readonly log: (line: string) => void;
}

/**
 * Measures Kamailio with the generator that measures the front end.
 * @param authority - issues its certificate
 * @param options - users, time, numbers of processes
 */
export async function measureKamailio(
  authority: TestAuthority,
  options: BesideOptions,
): Promise<BesideKamailio> {
  const { domain, latencyShare, log, pairs, password, timing } = options;
  // Nobody authenticates where nobody is challenged.
  const open = pairs.map(({ from, registers, to }) => ({ from, to, ...(registers && { registers }) }));
  const load = async (
    what: string,
    how: { readonly children: number; readonly password?: string },
    order: Pick<OpenOrder, 'pairs' | 'what'>,
    ratePerSecond?: number,
  ): Promise<Measurement> => {
    log(`  Kamailio with ${how.children} processes, ${what} …`);
    await using kamailio = await startKamailio(authority, { domain, ...how });
    const { pid, side } = kamailio;
    const sides = { caller: side, called: side, ...order };
    return await runLoad({ what: `Kamailio, ${what}`, pid, sides }, { ...timing, ratePerSecond });
  };
  let children = 0;
  let message: Measurement | undefined;
  let failed: unknown = new Error('no number of processes was given');
  for (const count of options.children) {
    let one: Measurement;
    try {
      one = await load('MESSAGE', { children: count }, { pairs: open });
    } catch (error) {
      // With several processes on one core it loses a request now and then; what fails is not its best.
      log(`  Kamailio with ${count} processes does not count: ${String(error)}`);
      failed = error;
      continue;
    }
    if (message !== undefined && one.perSecond <= message.perSecond) continue;
    message = one;
    children = count;
  }
  if (message === undefined) throw failed;
  const users = await load('users calling', { children, password }, { pairs });
  const call = await load('calls', { children }, { pairs: open, what: 'call' });
  const pacedRate = Math.max(100, Math.floor(message.perSecond * latencyShare));
  const at = `MESSAGE, ${pacedRate} a second`;
  const paced = await load(at, { children }, { pairs: open }, pacedRate);
  return { children, message, users, call, paced, pacedRate };
}
