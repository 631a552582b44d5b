import { networkTrust } from '@entente/testkit/repository';
import type { Trust } from '@entente/tls';
import { links } from '@entente/topology';
import { Phone } from './load/phone.ts';
import { Traffic } from './load/traffic.ts';
import { type FederationTimes, type MovedFederation, startMovedFederation } from './network/federation.ts';
import type { InProcessOrganisation } from './network/in-process.ts';

const hour = 3_600_000;
/** A list is signed again after twelve hours, and a partner accepts none after twenty-four: nothing is missed in between. */
const stepMs = 4 * hour;
/**
 * How often telephones are started again, while nothing is under way: a connection ends with the certificate of the server, and a client that
 * stays connected for longer than that must connect again.
 */
const restartMs = 24 * hour;
/** Ends what hangs; a busy machine may be slow. */
const limitMs = 240_000;

/**
 * Two organisations under load, whose time moves in steps. After each step every member that runs has taken the state of its authority, and
 * messages and calls have gone on every route.
 */
export class Timeline implements AsyncDisposable {
  readonly federation: MovedFederation;
  readonly phones: ReadonlyMap<string, Phone>;
  readonly traffic: Traffic;
  readonly #trusts: readonly Trust[];
  #restartAt: number;

  private constructor(
    federation: MovedFederation,
    trusts: readonly Trust[],
    phones: ReadonlyMap<string, Phone>,
  ) {
    const { clock } = federation;
    this.federation = federation;
    this.phones = phones;
    this.#trusts = trusts;
    this.#restartAt = clock.now() + restartMs;
    const phone = (name: string) => phones.get(name) as Phone;
    const [alice, bob, erin, other] = ['alice', 'bob', 'erin', 'partner'].map(phone) as [
      Phone,
      Phone,
      Phone,
      Phone,
    ];
    this.traffic = new Traffic(
      [
        // Front end to front end, edge to edge, and over the edge to a client outside.
        { what: 'message', from: alice, to: bob },
        { what: 'message', from: bob, to: other },
        { what: 'call', from: other, to: alice },
        { what: 'call', from: erin, to: bob },
      ],
      () => clock.now(),
    );
  }

  /**
   * Starts the organisations, their telephones and the load.
   * @param times - of the ceremonies and of the start
   */
  static async start(times: FederationTimes): Promise<Timeline> {
    const federation = await startMovedFederation(times);
    const { contoso, fabrikam } = federation;
    const trusts: Trust[] = [];
    const phones = new Map<string, Phone>();
    try {
      for (const { prepared } of [contoso, fabrikam]) {
        const anchorsFile = prepared.ceremony.files.rootCertificate;
        trusts.push(await networkTrust({ ...federation.around, anchorsFile }, federation.clock));
      }
      const [ours, theirs] = trusts as [Trust, Trust];
      for (const name of ['alice', 'bob', 'erin']) phones.set(name, phoneOf(contoso, name, ours));
      phones.set('partner', phoneOf(fabrikam, 'alice', theirs));
      for (const phone of phones.values()) await phone.restart();
      return new Timeline(federation, trusts, phones);
    } catch (fault) {
      for (const item of [...phones.values(), ...trusts]) await item[Symbol.asyncDispose]();
      await federation[Symbol.asyncDispose]();
      throw fault;
    }
  }

  get now(): number {
    return this.federation.clock.now();
  }

  /**
   * Lets time pass.
   * @param ms - milliseconds, in steps of four hours
   */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    while (this.now < end) await this.#step(Math.min(stepMs, end - this.now));
  }

  /**
   * Lets time pass until something is so.
   * @param what - for the message of the error
   * @param condition - looked at after each step
   * @param mostMs - milliseconds after which it has failed
   * @param eachMs - milliseconds of a step, default four hours
   */
  async passUntil(
    what: string,
    condition: () => boolean,
    mostMs: number,
    eachMs: number = stepMs,
  ): Promise<void> {
    const end = this.now + mostMs;
    while (!condition()) {
      if (this.now >= end) throw new Error(`${what} did not come within ${mostMs / hour} hours`);
      await this.#step(eachMs);
    }
  }

  /** What the servers have logged as an event. */
  logged(event: string): readonly Record<string, unknown>[] {
    return this.federation.lines.flatMap(({ at, fields, from, level, message }) =>
      (fields as { event?: string }).event === event ? [{ ...fields, at, from, level, message }] : [],
    );
  }

  /**
   * What servers have logged as an error. Two things are left out: the clock jumps by hours, so that the last state is old until the next
   * one has come; and the authorities warn while the root has not signed.
   */
  faults(): readonly unknown[] {
    const expected = ['topology-unconfirmed', 'successor-needed', 'root-list-expires'];
    return this.federation.lines.filter(
      ({ fields, level }) => level === 'error' && !expected.includes((fields as { event: string }).event),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.traffic[Symbol.asyncDispose]();
    for (const phone of this.phones.values()) await phone[Symbol.asyncDispose]();
    for (const trust of this.#trusts) await trust[Symbol.asyncDispose]();
    await this.federation[Symbol.asyncDispose]();
  }

  async #step(ms: number): Promise<void> {
    const { clock, contoso, fabrikam } = this.federation;
    await clock.advance(ms);
    const since = clock.now() - 1_000;
    const behind = (): readonly string[] =>
      [contoso, fabrikam].flatMap(({ members }) =>
        [...members].flatMap(([fqdn, { latestSigned = 0 }]) => (latestSigned >= since ? [] : [fqdn])),
      );
    await eventually(
      () => `every member has the state of its authority, and not ${behind().join(', ')}`,
      () => behind().length === 0,
    );
    if (clock.now() >= this.#restartAt) {
      this.#restartAt = clock.now() + restartMs;
      await this.traffic.quiet(async () => {
        for (const phone of this.phones.values()) await phone.restart();
      });
    }
    await this.traffic.round();
  }
}

/**
 * Connections and requests that were refused. A challenge is logged as the refusal of a request. A stream of events ends with the certificate
 * that it was opened with, and is opened again.
 * @param timeline - at its end
 */
export function refusedConnections(timeline: Timeline): readonly unknown[] {
  const isStream = (link: unknown) => link === links.memberToAuthority.name;
  return timeline
    .logged('refused')
    .filter(({ reason }) => reason !== 'authentication-required')
    .filter(
      ({ link, reason, when }) => !(isStream(link) && reason === 'certificate-expired' && when === 'live'),
    );
}

/**
 * The same without those of a server that comes back with a certificate that nobody believes any more, up to the moment when it has the next
 * one: others ask each second whether it is there, and it asks them.
 * @param timeline - with the log
 * @param server - that was off
 * @param back - since when it runs and when it had the next certificate, milliseconds since 1970
 */
export function refusedConnectionsBut(
  timeline: Timeline,
  server: string,
  back: { readonly since: number; readonly renewed: number },
): readonly unknown[] {
  const names = (value: unknown) => String(value).split(', ').includes(server);
  return refusedConnections(timeline).filter((line) => {
    const { at, claimed, from } = line as { at: number; claimed?: string; from: string };
    return at < back.since || at > back.renewed || !(from === server || names(claimed));
  });
}

function phoneOf({ prepared }: InProcessOrganisation, name: string, trust: Trust): Phone {
  const { edge, frontEnds, users } = prepared.organisation;
  const user = users.find(({ address }) => address.startsWith(`${name}@`));
  if (user === undefined) throw new Error(`there is no user ${name}`);
  const external = user.external === true;
  const home = frontEnds.find(({ fqdn }) => fqdn === user.home);
  const port = external ? edge.externalPorts.clients : (home?.port ?? 0);
  return new Phone({ address: user.address, password: user.password, port, external, trust });
}

/** Waits for what other parts of this process do; time of the network does not pass meanwhile. */
async function eventually(what: () => string, condition: () => boolean): Promise<void> {
  const limit = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > limit) throw new Error(`it took too long until ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
