import type { Trust } from '@entente/tls';
import type { Random } from '../fuzz/random.ts';
import type { AuthorityOrders } from '../scenarios/harness/authority-orders.ts';
import type { AuthorityPlace } from '../scenarios/harness/authority-place.ts';
import { type Enrolled, enrolServer, renewServer } from '../scenarios/harness/enrolled.ts';
import { publishedList } from '../scenarios/harness/published-lists.ts';
import type { Acknowledged } from './acknowledged.ts';

/** Whom the load asks, and where it notes what was acknowledged. */
export interface LoadOptions {
  readonly place: AuthorityPlace;
  readonly trust: Trust;
  readonly orders: AuthorityOrders;
  /** FQDNs of the servers that enrol. */
  readonly servers: readonly string[];
  readonly acknowledged: Acknowledged;
  readonly random: Random;
}

/** Before something that failed is tried again. */
const pauseMs = 25;
/** One renewal in so many is a new enrolment with a token, another one leads to a revocation. */
const enrolOneIn = 5;
const revokeOneIn = 3;

/** Clients that enrol, renew, revoke and read lists until they are stopped; what fails is tried again. */
export class Load {
  readonly #options: LoadOptions;
  readonly #running: Promise<unknown>;
  #stopped = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#running = Promise.all([
      ...options.servers.map((fqdn) => this.#server(fqdn)),
      this.#repeat(() => this.readList()),
    ]);
  }

  /** Resolves once nothing more is asked. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Reads the list in force. @throws Error where it is not answered */
  async readList(): Promise<void> {
    const { acknowledged, place } = this.#options;
    const before = acknowledged.revoked;
    acknowledged.published(await publishedList(place, 'issuing'), before);
    await pause();
  }

  #server(fqdn: string): Promise<void> {
    const { acknowledged, orders, place, random, trust } = this.#options;
    let current: Enrolled | undefined;
    return this.#repeat(async () => {
      const before = current;
      const joins = before === undefined || random.oneIn(enrolOneIn);
      current = joins
        ? // Its answer to a renewal may be lost: it then joins again, and what it had before is revoked.
          await enrolServer(place, trust, await orders.joinToken(fqdn, true), fqdn)
        : await renewServer(place, trust, before, { subject: fqdn });
      acknowledged.issued(current.serialHex);
      if (before !== undefined && random.oneIn(revokeOneIn)) await this.#revoke(before.serialHex);
    });
  }

  async #revoke(serial: string): Promise<void> {
    const { acknowledged, orders } = this.#options;
    const answer = await orders.post('/revoke', { serial, reason: 'superseded' });
    if (answer.status === 200) acknowledged.wasRevoked(serial);
  }

  async #repeat(run: () => Promise<void>): Promise<void> {
    while (!this.#stopped) {
      // The authority is killed all the time: only what it has acknowledged counts.
      await run().catch(pause);
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pauseMs));
}
