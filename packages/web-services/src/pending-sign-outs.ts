import type { ChangeRequest } from '@entente/accounts/web';

/** Milliseconds after which every token of a session is void anyway, wherever it was renewed meanwhile. */
const voidAfterMs = 20 * 60_000;

interface Untold {
  readonly body: ChangeRequest;
  readonly at: number;
  /** Whether a front end has opened the session. */
  readonly isKnown: boolean;
}

/** Sign-outs that a front end could not be told: it hears them before it is asked anything else, so that it opens no session that has ended. */
export class PendingSignOuts {
  readonly #max: number;
  readonly #maxUnknown: number;
  readonly #byServer = new Map<string, Untold[]>();
  readonly #underWay = new Map<string, Promise<void>>();

  /**
   * @param max - how many are remembered for each front end, 1 or more
   * @param maxUnknown - how many beside them of sessions that no front end has opened
   */
  constructor(max = 10_000, maxUnknown = 100) {
    this.#max = max;
    this.#maxUnknown = maxUnknown;
  }

  /**
   * Notes what a front end has not heard. A session takes one place, however many tokens it has had and however often it is signed out.
   * @param server - FQDN
   * @param body - of the request
   * @param now - milliseconds
   * @param isKnown - whether a front end has opened the session
   * @returns false where there is no room, so that the sign-out is not acknowledged
   */
  add(server: string, body: ChangeRequest, now: number, isKnown = true): boolean {
    const untold = this.#of(server, now);
    const before = untold.findIndex((one) => isSame(one, body, isKnown));
    if (before >= 0 && !isKnown) return true;
    const alike = untold.filter((one, place) => one.isKnown === isKnown && place !== before).length;
    if (alike >= (isKnown ? this.#max : this.#maxUnknown)) return false;
    // The front end ends the session by any of its tokens that it can open: a key that sealed an older one may be gone by then. The last time
    // counts too, because a token that was renewed meanwhile is not void before.
    if (before >= 0) untold.splice(before, 1);
    untold.push({ body, at: now, isKnown });
    this.#byServer.set(server, untold);
    return true;
  }

  /**
   * Tells a front end what it has missed, the oldest first. Requests at the same time wait for the one that tells it.
   * @param server - FQDN
   * @param now - milliseconds
   * @param send - sends one; what it throws is thrown, and nothing is forgotten
   */
  async tell(server: string, now: number, send: (body: ChangeRequest) => Promise<unknown>): Promise<void> {
    while (this.#byServer.has(server)) {
      const underWay = this.#underWay.get(server);
      if (underWay !== undefined) await underWay;
      else {
        const telling = this.#tellAll(server, now, send).finally(() => this.#underWay.delete(server));
        this.#underWay.set(server, telling);
        await telling;
      }
    }
  }

  async #tellAll(
    server: string,
    now: number,
    send: (body: ChangeRequest) => Promise<unknown>,
  ): Promise<void> {
    const untold = this.#of(server, now);
    for (const one of [...untold]) {
      await send(one.body);
      const place = untold.indexOf(one);
      if (place >= 0) untold.splice(place, 1);
    }
    if (untold.length === 0) this.#byServer.delete(server);
  }

  /** Without those that no longer matter, in the same list. */
  #of(server: string, now: number): Untold[] {
    const untold = this.#byServer.get(server) ?? [];
    const first = untold.findIndex(({ at }) => now - at < voidAfterMs);
    untold.splice(0, first < 0 ? untold.length : first);
    return untold;
  }
}

/**
 * Whether a sign-out is of the session that is noted. A front end has compared the value that a page was told with the token where it has opened
 * the session, and every token of a session has the same; of what nobody has opened nothing but the whole text counts.
 */
function isSame(noted: Untold, { csrf, token }: ChangeRequest, isKnown: boolean): boolean {
  if (noted.body.csrf !== csrf) return false;
  return noted.body.token === token || (noted.isKnown && isKnown);
}
