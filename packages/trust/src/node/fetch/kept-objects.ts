/** How much is kept of one kind of object for one anchor. */
export interface KeepLimits {
  readonly most: number;
  readonly mostBytes: number;
}

/** Why an object is not kept. */
export const noRoom =
  'fetched, but there is no room to keep it: open connections need what is kept for their anchor';

/** What is known of the use of an object. */
interface Kept {
  readonly anchor: string;
  bytes: number;
  /** A verdict that accepted a peer stood on it. */
  accepted: boolean;
  /** Open connections whose verdict stood on it. */
  open: number;
  usedAt: number;
}

/** What share of the room objects may take that no accepted peer has used; each is fetched again as long as it is kept. */
const unacceptedShare = 0.25;
/** Milliseconds after which an object is dropped that nobody has used. */
const unusedForMs = 24 * 3_600_000;

/**
 * Says which fetched objects are kept. Each anchor has room of its own, so that what peers of one anchor name never displaces what peers
 * of another one need. Within an anchor the first to go is what no accepted peer has used, then what was not used for longest; what an
 * open connection needs stays.
 */
export class KeptObjects {
  readonly #limits: KeepLimits;
  readonly #kept = new Map<string, Kept>();
  /** Keys of each anchor, the one that was not used for longest first. */
  readonly #byAnchor = new Map<string, Set<string>>();

  /** @param limits - for each anchor */
  constructor(limits: KeepLimits) {
    this.#limits = limits;
  }

  /**
   * Makes room for an object, or for a new version of it, and counts it.
   * @param anchor - that its issuer stands under
   * @param key - of the object; each belongs to one anchor
   * @param bytes - its size
   * @param now - milliseconds since the epoch
   * @returns keys of what must be dropped for it; undefined where there is no room, and it must not be kept
   */
  add(anchor: string, key: string, bytes: number, now: number): readonly string[] | undefined {
    const known = this.#kept.get(key);
    const keys = this.#byAnchor.get(anchor) ?? new Set();
    let count = keys.size + (known === undefined ? 1 : 0);
    let total = bytes - (known?.bytes ?? 0);
    for (const each of keys) total += this.#kept.get(each)!.bytes;
    const dropped: string[] = [];
    const drop = (each: string, { bytes: freed }: Kept): void => {
      dropped.push(each);
      count -= 1;
      total -= freed;
    };
    const isFull = () => count > this.#limits.most || total > this.#limits.mostBytes;
    const idle = [...keys].flatMap((each) => {
      const candidate = this.#kept.get(each)!;
      return each === key || candidate.open > 0 ? [] : [{ each, candidate }];
    });
    const unaccepted = idle.filter(({ candidate }) => !candidate.accepted);
    let tooMany = unaccepted.length + 1 - Math.max(1, Math.floor(this.#limits.most * unacceptedShare));
    for (const { each, candidate } of unaccepted) if (isFull() || tooMany-- > 0) drop(each, candidate);
    for (const { each, candidate } of idle) if (candidate.accepted && isFull()) drop(each, candidate);
    if (isFull()) return undefined;
    for (const each of dropped) this.remove(each);
    if (known !== undefined) known.bytes = bytes;
    else this.#kept.set(key, { anchor, bytes, accepted: false, open: 0, usedAt: now });
    this.#byAnchor.set(anchor, keys.add(key));
    return dropped;
  }

  /** Forgets an object. */
  remove(key: string): void {
    const known = this.#kept.get(key);
    if (known === undefined) return;
    this.#kept.delete(key);
    const keys = this.#byAnchor.get(known.anchor);
    keys?.delete(key);
    if (keys?.size === 0) this.#byAnchor.delete(known.anchor);
  }

  /** An object of an earlier run counts as accepted: what was not had been dropped, or soon would have been. */
  restored(key: string): void {
    const known = this.#kept.get(key);
    if (known !== undefined) known.accepted = true;
  }

  /** A verdict that accepts a peer stands on the object: it stays at least until `release`, once for each call. */
  use(key: string, now: number): void {
    const known = this.#kept.get(key);
    if (known === undefined) return;
    known.accepted = true;
    known.open += 1;
    this.#touch(key, known, now);
  }

  /** The connection of a call of `use` has closed. */
  release(key: string, now: number): void {
    const known = this.#kept.get(key);
    if (known === undefined || known.open === 0) return;
    known.open -= 1;
    this.#touch(key, known, now);
  }

  /** Keys of what nobody has used for so long that it is not worth fetching again. */
  idle(now: number): readonly string[] {
    return [...this.#kept].flatMap(([key, { open, usedAt }]) =>
      open === 0 && now - usedAt >= unusedForMs ? [key] : [],
    );
  }

  #touch(key: string, known: Kept, now: number): void {
    known.usedAt = now;
    const keys = this.#byAnchor.get(known.anchor);
    keys?.delete(key);
    keys?.add(key);
  }
}
