import type { Judge } from '@entente/trust';
import { type Clock, systemClock } from './clock.ts';
import type { ChangeScope, Trust, TrustChange } from './trust.ts';

/** What a supplier of trust brings: a judge, a version, and whatever it can fetch. */
export interface TrustSupplier {
  readonly judge: Judge;
  /** @returns the version of the state that the judge decides by at this moment */
  version(): string;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  readonly prepare?: Trust['prepare'];
  readonly completes?: Trust['completes'];
  readonly platformAnchors?: Trust['platformAnchors'];
  /** Called once, when the trust is disposed of. */
  dispose?(): void | Promise<void>;
}

/** A trust whose owner announces its changes. */
export interface OwnedTrust extends Trust {
  /**
   * Says that the state has changed; call it after the change took effect.
   * @param scope - what the change may touch; absent: everything
   */
  announce(scope?: ChangeScope): void;
}

/**
 * Makes a {@link Trust} from a judge: for suppliers that keep anchors, revocation and topology themselves.
 *
 * @param supplier - judge, version, and what it can fetch
 * @returns the trust, with `announce` for its owner
 */
export function createTrust(supplier: TrustSupplier): OwnedTrust {
  const listeners = new Set<(change: TrustChange) => void>();
  let disposed: Promise<void> | undefined;
  return {
    judge: supplier.judge,
    clock: supplier.clock ?? systemClock,
    get version() {
      return supplier.version();
    },
    ...(supplier.prepare === undefined ? {} : { prepare: supplier.prepare.bind(supplier) }),
    ...(supplier.completes === undefined ? {} : { completes: supplier.completes.bind(supplier) }),
    ...(supplier.platformAnchors === undefined
      ? {}
      : { platformAnchors: supplier.platformAnchors.bind(supplier) }),
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    announce(scope) {
      const change: TrustChange = {
        version: supplier.version(),
        ...(scope === undefined ? {} : { scope }),
      };
      for (const listener of [...listeners]) listener(change);
    },
    [Symbol.asyncDispose]() {
      disposed ??= (async () => {
        listeners.clear();
        await supplier.dispose?.();
      })();
      return disposed;
    },
  };
}
