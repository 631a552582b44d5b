import { type Binding, MemoryLocations } from '@entente/sip-proxy/locations';
import { readBinding, Sweep } from '@entente/sip-proxy/locations/replicated';

/** The bindings of one address of record, and the number of the change that wrote them; 0 for none. */
export interface CopiedBindings {
  readonly version: number;
  readonly bindings: readonly Binding[];
}

/** Most bindings of one address that are read: far more than a registrar accepts. */
const maxBindings = 64;

/** What this process knows of the store. A change counts where it is later than what is known of its address. */
export class LocationCopy {
  readonly #live = new MemoryLocations();
  readonly #versions = new Map<string, number>();
  readonly #sweep = new Sweep(this.#versions);
  readonly #onChange: (aor: string, bindings: readonly Binding[]) => void;

  /** @param onChange - receives each change that counts */
  constructor(onChange: (aor: string, bindings: readonly Binding[]) => void) {
    this.#onChange = onChange;
  }

  /** Addresses of record with at least one binding. */
  get size(): number {
    return this.#live.size;
  }

  /** Addresses of record of which something is known. */
  addresses(): Iterable<string> {
    return this.#versions.keys();
  }

  /**
   * Every address of record with its bindings.
   * @param now - milliseconds since 1970: what has expired is left out
   */
  *entries(now: number): Iterable<readonly [aor: string, bindings: readonly Binding[]]> {
    for (const aor of this.#versions.keys()) {
      const bindings = this.#live.lookup(aor, now);
      if (bindings.length > 0) yield [aor, bindings];
    }
  }

  lookup(aor: string, now: number): readonly Binding[] {
    return this.#live.lookup(aor, now);
  }

  addressesOn(flow: string): readonly string[] {
    return this.#live.addressesOn(flow);
  }

  expire(now: number): number {
    return this.#live.expire(now);
  }

  /**
   * Forgets a part of what has expired, and goes on from there the next time.
   * @param now - milliseconds since 1970
   * @param count - addresses of record to look at
   * @param seen - number of the last change that was seen: of an address that has nothing any more, nothing earlier can come
   */
  expireSome(now: number, count: number, seen: number): void {
    this.#sweep.some(count, (aor, version) => {
      const bindings = this.#live.lookup(aor, now);
      if (bindings.length < this.#live.lookup(aor, 0).length)
        this.#live.update(aor, 0, () => ({ bindings, result: undefined }));
      if (bindings.length === 0 && version <= seen) this.#versions.delete(aor);
    });
  }

  /** Whether anything is known of an address of record, be it that nothing is left. */
  has(aor: string): boolean {
    return this.#versions.has(aor);
  }

  /** Of what version the bindings are that {@link lookup} gives; 0 where nothing is known. */
  versionOf(aor: string): number {
    return this.#versions.get(aor) ?? 0;
  }

  /**
   * Takes a change in. What has no version, e.g. that of an earlier run, gives way to anything that the store says.
   * @param aor - address of record
   * @param change - its bindings, and its number
   */
  put(aor: string, { bindings, version }: CopiedBindings): void {
    const known = this.#versions.get(aor);
    if (known !== undefined && known > 0 && version <= known) return;
    this.#versions.set(aor, version);
    this.#live.update(aor, 0, () => ({ bindings, result: undefined }));
    this.#onChange(aor, bindings);
  }

  /**
   * Every change up to a number has been seen: nothing earlier than a removal can come any more.
   * @param aor - address of record
   * @param version - of the last change that was seen
   */
  settled(aor: string, version: number): void {
    const isGone = this.#live.lookup(aor, 0).length === 0;
    if (isGone && (this.#versions.get(aor) ?? 0) <= version) this.#versions.delete(aor);
  }

  /** Forgets an address of record. */
  forget(aor: string): void {
    this.#versions.delete(aor);
    if (this.#live.lookup(aor, 0).length === 0) return;
    this.#live.removeUser(aor);
    this.#onChange(aor, []);
  }

  /** The store has lost the record of an address: whatever it says of it next is later, what is known stays until then. */
  restartVersion(aor: string): void {
    this.#versions.set(aor, 0);
  }

  /** The store counts from the beginning: every version is later than those that are known, what it holds stays until it is replaced. */
  restartVersions(): void {
    for (const aor of this.#versions.keys()) this.#versions.set(aor, 0);
  }
}

/**
 * Reads what the store keeps of an address of record.
 * @param text - its version, a space, and JSON; undefined or empty where there is nothing
 * @param aor - the address
 * @param now - milliseconds since 1970
 */
export function readCopied(text: string | null | undefined, aor: string, now: number): CopiedBindings {
  if (text === null || text === undefined || text === '') return { version: 0, bindings: [] };
  const space = text.indexOf(' ');
  return { version: Number(text.slice(0, space)), bindings: readBindings(text.slice(space + 1), aor, now) };
}

/**
 * Reads bindings that are JSON text. What is none is left out: others write the store too.
 * @param text - JSON; empty for none
 * @param aor - whose they are
 * @param now - milliseconds since 1970
 */
export function readBindings(text: string, aor: string, now: number): readonly Binding[] {
  if (text === '') return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(value)) return [];
  const bindings: Binding[] = [];
  for (const item of value.slice(0, maxBindings)) {
    const binding = readBinding(item, aor, now);
    if (binding !== undefined) bindings.push(binding);
  }
  return bindings;
}
