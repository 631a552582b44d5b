import { type Clock, type Credential, httpClient, type Log, type Trust } from '@entente/tls';
import { authorise, type DialTarget, links, pushTargets, type Topology } from '@entente/topology';
import type { Authorise } from '@entente/trust';
import type { Authority } from '../authority.ts';
import { EdgePush } from './edge-push.ts';
import { type AnswerMember, type PushOutcome, pushRound } from './push-round.ts';

/** What perimeter servers are pushed to with. */
export interface PerimeterPushOptions {
  /** FQDN of the authority. */
  readonly fqdn: string;
  readonly authority: Pick<Authority, 'events' | 'states'>;
  /** The topology in force. */
  readonly topology: () => Topology | undefined;
  readonly trust: Trust;
  /** The authority's own certificate. */
  readonly identity: Credential;
  readonly answer: AnswerMember;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 1, for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/** Milliseconds until the header of an answer: time enough for the longest list at 2 Mbit/s. */
const deadlineMs = 300_000;

/**
 * Tells the perimeter servers of the topology of each change, and with each trust state: for networks whose firewall lets nothing in from
 * there (row 16). Whom it dials and what it sends are decided by the topology of that moment.
 */
export class PerimeterPush implements AsyncDisposable {
  readonly #options: PerimeterPushOptions;
  readonly #edges = new Map<string, { readonly place: string; readonly push: EdgePush }>();
  readonly #ending = new Set<Promise<void>>();
  readonly #stop: () => void;

  constructor(options: PerimeterPushOptions) {
    this.#options = options;
    this.#stop = options.authority.events.subscribe(() => this.#news());
    this.#news();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    for (const fqdn of [...this.#edges.keys()]) this.#end(fqdn);
    await Promise.all(this.#ending);
  }

  #news(): void {
    const { fqdn, topology } = this.#options;
    const inForce = topology();
    const targets = inForce === undefined ? [] : pushTargets(inForce, fqdn);
    const wanted = new Map(targets.map((target) => [target.fqdn, target]));
    for (const [edge, { place }] of [...this.#edges]) {
      const target = wanted.get(edge);
      if (target === undefined || placeOf(target) !== place) this.#end(edge);
    }
    for (const target of targets) {
      const known = this.#edges.get(target.fqdn) ?? this.#begin(target);
      known.push.news();
    }
  }

  #begin(target: DialTarget) {
    const { authority, clock, fqdn, log, random = Math.random } = this.#options;
    const push = new EdgePush({
      fqdn: target.fqdn,
      authority: fqdn,
      push: (signal) => this.#push(target, signal),
      newest: () => authority.states.current?.sequence,
      clock,
      log,
      random,
    });
    const entry = { place: placeOf(target), push };
    this.#edges.set(target.fqdn, entry);
    return entry;
  }

  #end(edge: string): void {
    const entry = this.#edges.get(edge);
    this.#edges.delete(edge);
    const ended = entry?.push[Symbol.asyncDispose]();
    if (ended === undefined) return;
    this.#ending.add(ended);
    void ended.finally(() => this.#ending.delete(ended));
  }

  async #push({ address, fqdn: name, port }: DialTarget, signal: AbortSignal): Promise<PushOutcome> {
    const { answer, fqdn, identity, topology, trust } = this.#options;
    // A client of its own: an open connection may show the certificate that the server has renewed meanwhile.
    using client = httpClient({
      trust,
      identity,
      allow: authoriseEdge(topology, fqdn),
      link: { name: links.authorityToEdge.name, interface: 'internal', local: fqdn },
      ...(address === undefined ? {} : { addresses: new Map([[name, address]]) }),
      limits: { deadlineMs },
      signal,
    });
    return await pushRound({
      client,
      origin: `https://${name}:${port}`,
      address: address ?? name,
      answer,
      signal,
    });
  }
}

function placeOf({ address, port }: DialTarget): string {
  return `${address ?? ''}:${port}`;
}

/** By the allow matrix: the server that was dialled, on row 16. */
function authoriseEdge(topology: () => Topology | undefined, fqdn: string): Authorise {
  return (peer, link) => {
    const inForce = topology();
    if (inForce !== undefined)
      return authorise(inForce, { fqdn, interface: 'internal', service: 'push' })(peer, link);
    return {
      ok: false,
      rejection: {
        reason: 'not-in-topology',
        names: [...peer.dnsNames],
        message: 'expected a server of the topology, found that there is no topology',
        remedy: 'publish the first topology with entente topology publish',
      },
    };
  };
}
