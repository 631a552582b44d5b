import { callback, withMethods } from '@entente/options';
import { type Judge, reject, type TrustVerdict } from '@entente/trust';
import { checks } from '../options/checks.ts';
import { changeScope } from './change-scope.ts';
import { type Clock, systemClock } from './clock.ts';
import type { ChangeScope, Trust, TrustChange } from './trust.ts';

/** What {@link createTrust} is given: a judge, a version, and optionally what it can fetch. */
export interface TrustSupplier {
  /** Gives the verdicts; it has to decide by the latest state at each call. */
  readonly judge: Judge;
  /** @returns the version of the state that the judge decides by now */
  version(): string;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** As `Trust.prepare`; absent: nothing is fetched. */
  readonly prepare?: Trust['prepare'];
  /** As `Trust.use`; absent: the supplier does not learn which paths are in use. */
  readonly use?: Trust['use'];
  /** As `Trust.completes`; absent: missing intermediates are not looked for. */
  readonly completes?: Trust['completes'];
  /** As `Trust.platformAnchors`, PEM; absent: OpenSSL is given no CA anywhere, and its result does not count. */
  readonly platformAnchors?: Trust['platformAnchors'];
  /** Called once, when the trust is disposed of. */
  dispose?(): void | Promise<void>;
}

/** A trust whose changes its creator announces. */
export interface OwnedTrust extends Trust {
  /**
   * Announces that the state has changed; call it after the change took effect.
   * @param scope - what the change may affect; absent: everything
   * @throws TlsFault `ENTENTE_OPTION_INVALID`
   */
  announce(scope?: ChangeScope): void;
}

/**
 * Creates a {@link Trust} from a judge, for a caller that keeps anchors, revocation and topology itself.
 *
 * @param supplier - judge, version, and what it can fetch
 * @returns the trust, with `announce` for the caller
 * @throws TlsFault `ENTENTE_OPTION_INVALID`
 */
export function createTrust(supplier: TrustSupplier): OwnedTrust {
  readSupplier(supplier);
  const listeners = new Set<(change: TrustChange) => void>();
  let disposed: Promise<void> | undefined;
  return {
    judge: {
      judge: (presented, question) =>
        disposed === undefined ? supplier.judge.judge(presented, question) : closedVerdict(),
    },
    clock: supplier.clock ?? systemClock,
    get version() {
      return supplier.version();
    },
    get isClosed() {
      return disposed !== undefined;
    },
    ...(supplier.prepare === undefined ? {} : { prepare: supplier.prepare.bind(supplier) }),
    ...(supplier.use === undefined ? {} : { use: supplier.use.bind(supplier) }),
    ...(supplier.completes === undefined ? {} : { completes: supplier.completes.bind(supplier) }),
    ...(supplier.platformAnchors === undefined
      ? {}
      : { platformAnchors: supplier.platformAnchors.bind(supplier) }),
    onChange(listener) {
      callback.read(listener, checks.optionsOf('onChange').within('listener'));
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    announce(scope) {
      const change: TrustChange = {
        version: supplier.version(),
        ...(scope === undefined ? {} : { scope: checks.read(scope, changeScope, 'announce') }),
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

/** Of a trust that learns of no revocation any more. */
function closedVerdict(): TrustVerdict {
  const rejection = reject('trust-closed', {});
  return { trusted: false, rejection, considered: [rejection], evidence: [] };
}

/** An object of any class, so that its methods may be those of the class. */
function readSupplier(supplier: TrustSupplier): void {
  const place = checks.optionsOf('createTrust');
  withMethods('an object with judge and version', 'judge.judge', 'version').read(supplier, place);
  if (supplier.clock !== undefined)
    withMethods('a clock', 'now', 'after').read(supplier.clock, place.within('clock'));
  for (const name of ['prepare', 'use', 'completes', 'platformAnchors', 'dispose'] as const) {
    if (supplier[name] !== undefined) callback.read(supplier[name], place.within(name));
  }
}
