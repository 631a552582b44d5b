import { withMethods } from '@entente/options';
import { checks } from '../options/checks.ts';
import { below } from '../trust/underlying-socket.ts';
import { GroupsBySize } from './groups-by-size.ts';

/**
 * Milliseconds in which a client that has just come may prove who it is before its place is given to another one. A server that is overloaded
 * has telephones register up to 30 seconds later, and they keep their connection until then.
 */
export const patienceMs = 40_000;

/** What {@link UnprovenPlaces} is made of. */
export interface UnprovenPlacesOptions {
  /** Places of the listener in all. */
  readonly max: number;
  /**
   * Whether clients prove later who they are. Where none does, each has the same right to its place for as long as it needs it: then nobody has to go
   * before all places are taken, and the address that has most pays. Default true.
   */
  readonly proves?: boolean;
  /** Milliseconds, of a clock that is never set. Default that of the process. */
  readonly now?: () => number;
}

/**
 * Connections of clients that have proven nothing yet, as telephones before they register. Together with those that have, they may take half of
 * the places of their listener, and an eighth of them in any case; for one more the oldest of the address that has most is closed. So nobody
 * keeps others out by connections on which nothing is proven, and the other half is there for those who do.
 */
export class UnprovenPlaces<T extends object> {
  readonly #max: number;
  readonly #proves: boolean;
  readonly #now: () => number;
  readonly #groups = new GroupsBySize<T>();
  readonly #since = new WeakMap<T, number>();

  /** @param options - how many places there are */
  constructor({ max, now = () => performance.now(), proves = true }: UnprovenPlacesOptions) {
    this.#max = max;
    this.#proves = proves;
    this.#now = now;
  }

  /** How many there are. */
  get count(): number {
    return this.#groups.count;
  }

  /**
   * Takes a newcomer in.
   * @param holder - its connection
   * @param group - of its address
   * @param proven - connections of the listener on which somebody is proven
   * @param hasMadeWay - whether one has given way to it already: then no second one does
   * @returns the connection that has to be closed for it; undefined where there is room, or all have come within {@link patienceMs}
   */
  enter(holder: T, group: string, proven: number, hasMadeWay = false): T | undefined {
    const since = this.#now();
    const isShort =
      this.#proves && !hasMadeWay && this.count >= Math.max(this.#max / 8, this.#max / 2 - proven);
    const displaced = isShort ? this.#oldest(since - patienceMs) : undefined;
    if (displaced !== undefined) this.leave(displaced);
    this.#groups.add(holder, group);
    this.#since.set(holder, since);
    return displaced;
  }

  /**
   * Takes one out where no place is left at all, also one that has just come.
   * @returns the connection that has to be closed; undefined where there is none
   */
  giveWay(): T | undefined {
    const now = this.#now();
    const first = this.#proves ? this.#oldest(now - patienceMs) : undefined;
    const displaced = first ?? this.#oldest(now);
    if (displaced !== undefined) this.leave(displaced);
    return displaced;
  }

  /** @param holder - has closed, or has proven who it is; nothing happens where it is not among these */
  leave(holder: T): void {
    this.#groups.remove(holder);
  }

  /**
   * Of the largest group the oldest; where that has come too late, the oldest of all. A group whose members come and prove themselves one after
   * the other, e.g. behind one address of a company, does not lose them because it is the largest for a moment.
   */
  #oldest(until: number): T | undefined {
    const { oldest, oldestOfLargest } = this.#groups;
    for (const one of [oldestOfLargest, oldest]) {
      const since = one === undefined ? undefined : this.#since.get(one);
      if (since !== undefined && since <= until) return one;
    }
    return undefined;
  }
}

/** A symbol of the global registry: another installed copy of this package finds it too. */
const placeKey = Symbol.for('@entente/tls.place');

interface HasPlace {
  [placeKey]?: () => void;
}

const aConnection = withMethods('a socket, or a request, stream or session above one', 'on');
const argument = checks.optionsOf('keepPlace').within('first argument');

/**
 * A client without a certificate has proven by other means who it is, e.g. by its password: its connection gives its place to nobody any more
 * (`whenPlacesAreShort` of `serve`).
 * @param connection - a socket that `serve` has admitted, or what `peerOf` takes; nothing happens for a connection that it has not admitted
 * @throws TlsFault `ENTENTE_OPTION_INVALID` where it leads to no connection at all: no place would be kept
 */
export function keepPlace(connection: object): void {
  aConnection.read(connection, argument);
  below<HasPlace[typeof placeKey]>(connection, placeKey)?.();
}

/** @internal What {@link keepPlace} calls. */
export function onKept(socket: object, kept: () => void): void {
  (socket as HasPlace)[placeKey] = kept;
}
