import {
  type ChangeRequest,
  type DeviceOrder,
  frontEndPaths,
  readProblemDocument,
  type SessionAnswer,
  type WebProblem,
} from '@entente/accounts/web';
import type { Logger } from '@entente/host';
import type { FollowedAccounts, Member } from '@entente/member';
import { type ConnectionRefusal, type HttpClient, httpClient } from '@entente/tls';
import { type DialTarget, dialTargets, links, type Topology } from '@entente/topology';
import { PendingSignOuts } from './pending-sign-outs.ts';
import { nobodySignedIn } from './user-problems.ts';

/** What front ends are asked with. */
export interface FrontEndsOptions {
  readonly member: Pick<Member, 'authorise' | 'fqdn' | 'identity' | 'topology' | 'trust'>;
  readonly accounts: Pick<FollowedAccounts, 'known'>;
  readonly logger: Logger;
  readonly onRefusal: (refusal: ConnectionRefusal) => void;
}

/** The answer of a front end, with the server that gave it. */
export type FrontEndAnswer<T> =
  | { readonly ok: true; readonly value: T; readonly server: string }
  | { readonly ok: false; readonly problem: WebProblem };

const limits = { maxBytes: 65_536, idleTimeoutMs: 10_000, deadlineMs: 20_000 };
/** Milliseconds in which a front end must have finished its handshake, or the next one is asked. */
const dialMs = 4_000;
/** Milliseconds for which a front end that did not answer is asked last. */
const avoidedMs = 10_000;
const maxSockets = 32;

/** The front ends of users, asked over connections that were judged at both ends (row 11). */
export class FrontEnds implements Disposable {
  readonly #options: FrontEndsOptions;
  readonly #http: HttpClient;
  /** When each has failed last. */
  readonly #failed = new Map<string, number>();
  /** A front end hears them before anything else. */
  readonly #untold = new PendingSignOuts();

  /** @param options - the server that dials, and where users are at home */
  constructor(options: FrontEndsOptions) {
    this.#options = options;
    const { member, onRefusal } = options;
    const { fqdn, identity, trust } = member;
    this.#http = httpClient({
      trust,
      identity,
      allow: member.authorise({ fqdn, interface: 'internal', service: 'web' }),
      link: { name: links.webServicesToFrontEnd.name, interface: 'internal', local: fqdn },
      addresses: new PinnedAddresses(() => member.topology),
      timeoutMs: dialMs,
      maxSockets,
      limits,
      onRefusal,
    });
  }

  /**
   * Asks a front end of a user: the one at home, or the next one where that does not answer, or has begun after the session was sealed. A session
   * that none of those that answer can judge is over, and so is one of an address that no domain of ours has: no front end is waited for.
   * @param user - address of record, as claimed
   * @param path - of `frontEndPaths`
   * @param body - to be sent as JSON
   * @param at - server that is to be asked, and no other: for what must not be done twice
   * @returns the answer, of which nothing but the form of a refusal is checked: the front end was judged
   */
  async ask<T>(user: string, path: string, body: object, at?: string): Promise<FrontEndAnswer<T>> {
    const targets = this.#targetsOf(user).filter(({ fqdn }) => at === undefined || fqdn === at);
    let problem = this.#mayBeOurs(user) ? noFrontEnd : nobodySignedIn;
    for (const target of targets) {
      try {
        const answer = await this.#askOne<T>(target, path, body);
        if (answer.ok || answer.problem.reason !== 'session-not-known') return answer;
        problem = nobodySignedIn;
      } catch (error) {
        this.#failed.set(target.fqdn, this.#now);
        this.#logFailed(target.fqdn, error as Error);
      }
    }
    return { ok: false, problem };
  }

  /**
   * Signs a user out at every front end, because each opens the sessions of all. One that does not answer is told before it is asked anything else.
   * @param user - address of record
   * @param body - to be sent as JSON
   * @returns the answer of the first that answers, once all have answered, or what they have to hear is noted
   */
  async signOut(user: string, body: ChangeRequest): Promise<FrontEndAnswer<undefined>> {
    const first = await this.ask<undefined>(user, frontEndPaths.signOut, body);
    // Where one does not know the session, each of the others may open it all the same.
    const others = first.ok ? this.#othersThan(first.server, user) : this.#targetsOf(user);
    if (!first.ok && first.problem.reason === csrfMismatch) return first;
    const heard = await Promise.all(others.map((target) => this.#hears(target, body)));
    // Of a session that no front end has opened little is kept: anybody can make such a cookie up.
    const isKnown = first.ok || heard.includes('ended');
    const missed = others.filter((_, index) => heard[index] === 'missed');
    const noted = missed.map(({ fqdn }) => this.#untold.add(fqdn, body, this.#now, isKnown));
    if (!first.ok) return first;
    return noted.includes(false) ? { ok: false, problem: noFrontEnd } : first;
  }

  /**
   * Signs a device out at every front end of a user, because each has connections of its own.
   * @param user - address of record
   * @param body - to be sent as JSON
   * @returns the answer of the first that answers, once all have answered or failed
   */
  async signOutDevice(
    user: string,
    body: ChangeRequest & DeviceOrder,
  ): Promise<FrontEndAnswer<SessionAnswer>> {
    const path = frontEndPaths.deviceSignOut;
    const first = await this.ask<SessionAnswer>(user, path, body);
    if (!first.ok) return first;
    // A front end that has just begun believes no older token than this.
    const { token } = first.value.session;
    await Promise.all(
      this.#othersThan(first.server, user).map((target) =>
        this.#askOne(target, path, { ...body, token }).catch((error: Error) =>
          this.#logFailed(target.fqdn, error),
        ),
      ),
    );
    return first;
  }

  /** What has become of a sign-out at one front end: the session has ended there, there was none, or it has not heard of it. */
  async #hears(target: DialTarget, body: ChangeRequest): Promise<'ended' | 'unknown' | 'missed'> {
    try {
      const answer = await this.#askOne(target, frontEndPaths.signOut, body);
      if (answer.ok) return 'ended';
      return isForNow(answer.problem) ? 'missed' : 'unknown';
    } catch (error) {
      this.#logFailed(target.fqdn, error as Error);
      return 'missed';
    }
  }

  [Symbol.dispose](): void {
    this.#http[Symbol.dispose]();
  }

  get #now(): number {
    return this.#options.member.trust.clock.now();
  }

  /** Home first; those that have failed a moment ago last. */
  #targetsOf(user: string): readonly DialTarget[] {
    const { accounts, member } = this.#options;
    const { fqdn, topology } = member;
    const self = topology.servers.get(fqdn);
    if (self === undefined) return [];
    const home = accounts.known.of(user)?.home;
    const found = dialTargets(topology, self, topology.homeServers(user, home)).filter(
      ({ maySend, row, service }) => row === links.webServicesToFrontEnd.row && service === 'web' && maySend,
    );
    const hasFailed = ({ fqdn: name }: DialTarget) =>
      this.#now - (this.#failed.get(name) ?? Number.NEGATIVE_INFINITY) < avoidedMs;
    return [...found.filter((target) => !hasFailed(target)), ...found.filter(hasFailed)];
  }

  #mayBeOurs(user: string): boolean {
    const at = user.lastIndexOf('@');
    return at > 0 && this.#options.member.topology.isOurDomain(user.slice(at + 1).toLowerCase());
  }

  #othersThan(server: string, user: string): readonly DialTarget[] {
    return this.#targetsOf(user).filter(({ fqdn }) => fqdn !== server);
  }

  async #askOne<T>(target: DialTarget, path: string, body: object): Promise<FrontEndAnswer<T>> {
    await this.#untold.tell(target.fqdn, this.#now, async (missed) => {
      const answer = await this.#post(target, frontEndPaths.signOut, missed);
      if (!answer.ok && isForNow(answer.problem)) throw new Error(answer.problem.detail);
    });
    return this.#post<T>(target, path, body);
  }

  async #post<T>({ fqdn, port }: DialTarget, path: string, body: object): Promise<FrontEndAnswer<T>> {
    const response = await this.#http.fetch(
      new Request(`https://${fqdn}:${port}${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    );
    this.#failed.delete(fqdn);
    if (response.status === 204) return { ok: true, value: undefined as T, server: fqdn };
    const value: unknown = await response.json();
    if (response.status === 200) return { ok: true, value: value as T, server: fqdn };
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
    const problem = readProblemDocument(
      response.status,
      value,
      Number.isFinite(retryAfter) ? retryAfter : undefined,
    );
    if (problem === undefined) throw new Error(`status ${response.status} without a reason`);
    return { ok: false, problem };
  }

  #logFailed(server: string, error: Error & { remedy?: string }): void {
    this.#options.logger.warn(
      { event: 'front-end-not-asked', server, remedy: error.remedy },
      `${server} has not answered: ${error.message}`,
    );
  }
}

/** Where the topology says that a server is, for hosts that DNS need not know. */
class PinnedAddresses extends Map<string, string> {
  readonly #topology: () => Topology;

  constructor(topology: () => Topology) {
    super();
    this.#topology = topology;
  }

  override get(host: string): string | undefined {
    return this.#topology().servers.get(host)?.interfaces.internal?.address;
  }
}

/** The request is not of a page of ours: no other front end is asked. */
const csrfMismatch: WebProblem['reason'] = 'csrf-mismatch';

/** Whether the same may be accepted later. */
function isForNow({ status }: WebProblem): boolean {
  return status >= 500;
}

const noFrontEnd: WebProblem = {
  status: 503,
  reason: 'unavailable',
  detail: 'expected a front end that answers, found none',
  remedy: 'Try again later; a change may have been made all the same.',
  retryAfterSec: 5,
};
