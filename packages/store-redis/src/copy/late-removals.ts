import type { Binding } from '@entente/sip-proxy/locations';

/** Connections, and users, that are noted at once. */
const maxLate = 100_000;

/** Which bindings of a user are to go. */
export type IsMeant = (binding: Binding) => boolean;

/** What was to be removed while the store was away: it is found no more, and goes once the store takes changes again. */
export class LateRemovals {
  readonly #flows = new Set<string>();
  readonly #users = new Map<string, IsMeant>();

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#flows.size === 0 && this.#users.size === 0;
  }

  /** Users of whom something is to go. */
  users(): readonly (readonly [aor: string, isMeant: IsMeant])[] {
    return [...this.#users];
  }

  /** Connections that are gone. */
  flows(): readonly string[] {
    return [...this.#flows];
  }

  /** @param flow - a connection that is gone: its bindings lead nowhere */
  addFlow(flow: string): void {
    if (this.#flows.size < maxLate) this.#flows.add(flow);
  }

  /**
   * Some bindings of a user are to go.
   * @param aor - address of record
   * @param isMeant - which
   * @param known - what is known of that user: where some of it is meant, and all of that waits already, there is nothing to add
   * @param since - now, milliseconds since 1970: what is registered later, perhaps at another server, counts
   */
  addUser(aor: string, isMeant: IsMeant, known: readonly Binding[], since: number): void {
    const before = this.#users.get(aor);
    if (before === undefined) {
      if (this.#users.size >= maxLate) return;
    } else if (known.some(isMeant) && known.every((one) => !isMeant(one) || before(one))) return;
    this.#users.set(
      aor,
      (binding) => before?.(binding) === true || (binding.updatedAt <= since && isMeant(binding)),
    );
  }

  /** @param flow - whose bindings are gone */
  doneFlow(flow: string): void {
    this.#flows.delete(flow);
  }

  /**
   * What was to go of a user has gone.
   * @param aor - address of record
   * @param isMeant - as {@link users} gave it: what was added since stays
   */
  doneUser(aor: string, isMeant: IsMeant): void {
    if (this.#users.get(aor) === isMeant) this.#users.delete(aor);
  }

  /**
   * Leaves out what is to go.
   * @param aor - address of record
   * @param bindings - of it
   */
  left(aor: string, bindings: readonly Binding[]): readonly Binding[] {
    if (this.isEmpty) return bindings;
    const isMeant = this.#users.get(aor);
    return bindings.filter(
      (binding) =>
        isMeant?.(binding) !== true && (binding.flow === undefined || !this.#flows.has(binding.flow)),
    );
  }
}
