import { detached } from '@entente/sip';
import type { Binding } from './binding.ts';
import type { LocationChange, Locations } from './locations.ts';
import { Sweep } from './sweep.ts';

/** Locations in the memory of one process: always at once, gone with the process. */
export class MemoryLocations implements Locations {
  readonly #byAor = new Map<string, readonly Binding[]>();
  /** Addresses of record with a binding on a flow. */
  readonly #byFlow = new Map<string, Set<string>>();
  readonly #sweep = new Sweep(this.#byAor);

  /** Addresses of record with at least one binding, expired ones included until `expire`. */
  get size(): number {
    return this.#byAor.size;
  }

  lookup(aor: string, now: number): readonly Binding[] {
    const bindings = this.#byAor.get(aor);
    if (bindings === undefined) return none;
    // The usual case allocates nothing: no binding has expired.
    for (const binding of bindings) {
      if (binding.expiresAt <= now) return bindings.filter((one) => one.expiresAt > now);
    }
    return bindings;
  }

  update<R>(aor: string, now: number, decide: (current: readonly Binding[]) => LocationChange<R>): R {
    const change = decide(this.lookup(aor, now));
    if (change.bindings !== undefined) this.#put(aor, change.bindings);
    return change.result;
  }

  removeFlow(flow: string): number {
    let removed = 0;
    for (const aor of this.addressesOn(flow)) {
      const bindings = this.#byAor.get(aor) ?? none;
      const left = bindings.filter((binding) => binding.flow !== flow);
      removed += bindings.length - left.length;
      this.#put(aor, left);
    }
    return removed;
  }

  /**
   * Addresses of record with a binding on a flow.
   * @param flow - name of the connection
   */
  addressesOn(flow: string): readonly string[] {
    return [...(this.#byFlow.get(flow) ?? [])];
  }

  removeUser(aor: string, isMeant: (binding: Binding) => boolean = () => true): number {
    const bindings = this.#byAor.get(aor) ?? none;
    const left = bindings.filter((binding) => !isMeant(binding));
    if (left.length < bindings.length) this.#put(aor, left);
    return bindings.length - left.length;
  }

  expire(now: number): number {
    let removed = 0;
    for (const [aor, bindings] of this.#byAor) removed += this.#dropExpired(aor, bindings, now);
    return removed;
  }

  expireSome(now: number, count: number): void {
    this.#sweep.some(count, (aor, bindings) => this.#dropExpired(aor, bindings, now));
  }

  #dropExpired(aor: string, bindings: readonly Binding[], now: number): number {
    const left = this.lookup(aor, now);
    const removed = bindings.length - left.length;
    if (removed > 0) this.#put(aor, left);
    return removed;
  }

  #put(address: string, bindings: readonly Binding[]): void {
    const aor = detached(address);
    const before = this.#byAor.get(aor) ?? none;
    if (bindings.length === 0) this.#byAor.delete(aor);
    else this.#byAor.set(aor, [...bindings]);
    for (const { flow } of before) if (flow !== undefined) this.#forgetFlow(flow, aor);
    for (const { flow } of bindings) if (flow !== undefined) this.#rememberFlow(flow, aor);
  }

  #rememberFlow(flow: string, aor: string): void {
    const aors = this.#byFlow.get(flow);
    if (aors === undefined) this.#byFlow.set(flow, new Set([aor]));
    else aors.add(aor);
  }

  #forgetFlow(flow: string, aor: string): void {
    const aors = this.#byFlow.get(flow);
    aors?.delete(aor);
    if (aors?.size === 0) this.#byFlow.delete(flow);
  }
}

const none: readonly Binding[] = [];
