import { type AccountVersion, isBefore } from '@entente/accounts/feed';
import {
  deviceOf,
  pathEntry,
  type Registration,
  type RequestRefusal,
  refusal,
  type Sealing,
  type Target,
} from '@entente/sip-proxy';
import type { Awaitable, Binding, LocationChange, Locations } from '@entente/sip-proxy/locations';
import { isVouchedFor } from '@entente/sip-proxy/locations/replicated';
import type { FlowNames } from '@entente/sip-relay';
import { refuseUnavailable } from './refuse-unavailable.ts';
import { serverOfRoute } from './server-of-route.ts';

/** What the registrations of a front end stand on. */
export interface RegistrationsOptions {
  readonly locations: Locations;
  readonly fqdn: string;
  /** Names of client connections. */
  readonly flows: FlowNames;
  /** Seals the entries that lead to clients of other servers. */
  readonly sealing: Sealing;
  /** Port on which another server takes requests, if we may dial it. */
  readonly portOf: (server: string) => number | undefined;
  /** Whether a server answers, as far as this one knows. */
  readonly isLiving: (server: string) => boolean;
  /** Whether a user was signed out on a connection, and has not authenticated there again. */
  readonly isSignedOut: (user: string, flow: string) => boolean;
  /** Whether what a server has vouched for counts. */
  readonly isBelieved: (voucher: string) => boolean;
  /** Whether a server counts that has sent a REGISTER to one of ours; default `isBelieved`. */
  readonly isAsker?: (voucher: string) => boolean;
  /** A change that nobody waits for could not be kept. */
  readonly onNotKept: (error: unknown) => void;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** The answer while a policy has none yet; no client gets it. */
const undecided: Registration = {
  ok: false,
  refusal: refusal('policy-unavailable', 500, 'a policy has not answered yet', 'Wait for its answer.'),
};

/** Milliseconds after a registration by which the server in front of the device has its answer, also where all are busy. */
const knownAfterMs = 5_000;

/** The bindings of users as one front end of a pool can use them, whichever store keeps them. */
export class Registrations {
  readonly #options: RegistrationsOptions;
  #stopping = false;

  /** @param options - the store, and who we are */
  constructor(options: RegistrationsOptions) {
    this.#options = options;
  }

  /**
   * The bindings of a user over which a request can go from here. A store that answers at once is read in the same turn.
   * @param aor - `alice@contoso.example`
   */
  reachable(aor: string): Awaitable<readonly Binding[]> {
    const { clock, locations } = this.#options;
    const found = locations.lookup(aor, clock());
    return found instanceof Promise ? found.then((late) => this.#fromHere(late)) : this.#fromHere(found);
  }

  /**
   * Registers: the answer is there once the store has kept the change.
   * @param aor - address of record
   * @param change - from `registerChange`
   * @param ask - asked once, when nothing else refuses the REGISTER
   */
  register(
    aor: string,
    change: (current: readonly Binding[]) => LocationChange<Registration>,
    ask: () => Awaitable<RequestRefusal | undefined>,
  ): Awaitable<Registration> {
    const { clock, locations } = this.#options;
    let asked: { readonly refused: RequestRefusal | undefined } | undefined;
    let later: Promise<RequestRefusal | undefined> | undefined;
    const decide = (current: readonly Binding[]): LocationChange<Registration> => {
      // What is not believed goes with the change, whatever store keeps it.
      const changed = change(this.#believed(current));
      if (!changed.result.ok) return changed;
      // A store may have to decide again; policies see a request once.
      if (asked === undefined) {
        const answer = later ?? ask();
        if (answer instanceof Promise) {
          // No store waits for a policy: nothing is changed now, and all is decided again with the answer.
          later = answer;
          return { result: undecided };
        }
        asked = { refused: answer };
      }
      return asked.refused === undefined ? changed : { result: { ok: false, refusal: asked.refused } };
    };
    const update = (): Awaitable<Registration> => {
      try {
        const result = locations.update(aor, clock(), decide);
        return result instanceof Promise ? result.catch(notKept) : result;
      } catch (error) {
        return notKept(error);
      }
    };
    const first = update();
    if (!(first instanceof Promise) && later === undefined) return first;
    return Promise.resolve(first).then(async (result) => {
      if (result !== undecided || later === undefined) return result;
      asked = { refused: await later };
      return update();
    });
  }

  /**
   * Forgets the binding that a target stands for: the server in front of the device has no connection to it (RFC 5626 §5.3.1).
   * @param target - that was answered 430
   * @param sentAt - when it was asked, milliseconds since 1970: what was registered since then is another connection, and of what was registered
   *   just before the server in front of the device may not have heard yet: the servers of the pool know it before the REGISTER is answered
   */
  drop(target: Pick<Target, 'device' | 'routes' | 'user'>, sentAt: number): void {
    const { device, routes, user } = target;
    if (user === undefined) return;
    const server = serverOfRoute(routes[0]);
    const path = routes.join();
    const leadsThere = (binding: Binding) =>
      deviceOf(binding) === device &&
      binding.updatedAt <= sentAt - knownAfterMs &&
      (binding.server === undefined ? binding.path.join() === path : binding.server === server);
    // Removed as it is known here: a registration that has not been heard of yet is younger.
    this.#unawaited(() => this.#options.locations.removeUser(user, leadsThere));
  }

  /**
   * Forgets the bindings of a user, who may not register any more, registers elsewhere or has another password. Other servers may have heard
   * of it earlier: what has been registered there since the change stays.
   * @param aor - address of record
   * @param since - version of the account since the change; undefined where it is not known, and every binding goes
   */
  removeUser(aor: string, since: AccountVersion | undefined): void {
    this.#unawaited(() => this.#options.locations.removeUser(aor, ({ account }) => isBefore(account, since)));
  }

  /**
   * All bindings of a user that count, wherever they lead: for the user, not for requests.
   * @param aor - address of record
   */
  async bindingsOf(aor: string): Promise<readonly Binding[]> {
    const { clock, locations } = this.#options;
    return this.#believed(await locations.lookup(aor, clock()));
  }

  /**
   * Forgets bindings of a user, because the user wants it.
   * @param aor - address of record
   * @param isMeant - whether a binding is to go
   * @returns how many have gone, once the store has kept it
   */
  async removeBindings(aor: string, isMeant: (binding: Binding) => boolean): Promise<number> {
    const { clock, locations } = this.#options;
    return locations.update(aor, clock(), (current) => {
      const bindings = current.filter((binding) => !isMeant(binding));
      const removed = current.length - bindings.length;
      return removed === 0 ? { result: 0 } : { bindings, result: removed };
    });
  }

  /**
   * A connection of a client is closed.
   * @param flow - its name
   */
  closed(flow: string): void {
    // What ends with this process is kept for the return of the client.
    if (!this.#stopping) this.#unawaited(() => this.#options.locations.removeFlow(flow));
  }

  /** From now on connections close because this server stops, not because clients leave. */
  stop(): void {
    this.#stopping = true;
  }

  #unawaited(change: () => Awaitable<unknown>): void {
    const { onNotKept } = this.#options;
    try {
      const kept = change();
      if (kept instanceof Promise) kept.catch(onNotKept);
    } catch (error) {
      onNotKept(error);
    }
  }

  /** The usual case allocates nothing: every binding is of a client of this server, or leads by Path. */
  #fromHere(all: readonly Binding[]): readonly Binding[] {
    const bindings = this.#believed(all);
    return bindings.every((binding) => this.#isUsable(binding)) ? bindings : this.#translated(bindings);
  }

  #believed(bindings: readonly Binding[]): readonly Binding[] {
    return bindings.every((binding) => this.#isBelieved(binding))
      ? bindings
      : bindings.filter((binding) => this.#isBelieved(binding));
  }

  #isBelieved(binding: Binding): boolean {
    const { isBelieved, isAsker = isBelieved } = this.#options;
    return isVouchedFor(binding, isBelieved, isAsker);
  }

  #isUsable({ aor, flow, server }: Binding): boolean {
    // The store may not have let go of it yet.
    if (flow !== undefined && this.#options.isSignedOut(aor, flow)) return false;
    return server === undefined || (flow !== undefined && this.#options.flows.idOf(flow) !== undefined);
  }

  /** A binding of another server's client leads there, by an entry that any server of the pool can write. */
  #translated(bindings: readonly Binding[]): readonly Binding[] {
    const { fqdn, isLiving } = this.#options;
    const found: Binding[] = [];
    const doubtful: Binding[] = [];
    for (const binding of bindings) {
      if (this.#isUsable(binding)) found.push(binding);
      // Of an earlier life of this server: the client has not come back yet.
      else if (binding.server !== undefined && binding.server !== fqdn) {
        const there = this.#at(binding, binding.server);
        if (there !== undefined) (isLiving(binding.server) ? found : doubtful).push(there);
      }
    }
    // A server that does not answer is tried only where there is nothing else.
    return found.length > 0 ? found : doubtful;
  }

  #at(binding: Binding, server: string): Binding | undefined {
    const { portOf, sealing } = this.#options;
    const port = portOf(server);
    if (port === undefined) return undefined;
    const scheme = binding.uri.startsWith('sips:') ? 'sips' : 'sip';
    const token = { user: binding.aor, device: deviceOf(binding) };
    const entry = pathEntry({ host: server, port }, token, { sealing, scheme });
    const { flow: _, ...others } = binding;
    return { ...others, path: [entry.toString()] };
  }
}

function notKept(error: unknown): Registration {
  return { ok: false, refusal: refuseUnavailable(error, 'a store that keeps the registration') };
}
