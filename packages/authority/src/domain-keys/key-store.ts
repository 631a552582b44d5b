import {
  firstPoolKeys,
  isRotationDue,
  issuingAuthorityLifetimeMs,
  type PoolKeys,
  type RandomBytes,
  type RotationReason,
  rotatePoolKeys,
} from '@entente/pki';
import { areKeysGone, type HeldKeys, type KeptKeys, keysPath, readKeys, writeKeys } from './key-file.ts';

/** A new key of a pool. */
export interface KeyRotation {
  readonly pool: string;
  /** Of the new key. */
  readonly epoch: number;
  readonly why: RotationReason;
}

/** Milliseconds for which a compromise is remembered: no certificate outlives the authority that issued it, so that none is on a list then. */
const rememberedMs = issuingAuthorityLifetimeMs;

/** What a store of keys works with. */
export interface KeyStoreOptions {
  /** Folder of the authority. */
  readonly directory: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: RandomBytes;
  /** Called after a new key is on disk; its members can have it from now on. */
  readonly onRotated: (rotation: KeyRotation) => void;
}

/**
 * The keys of all pools of a domain. One change at a time; each is on disk before anything of it is given out, and before a new holder
 * is given anything. So what somebody may have is never more than what the file says.
 */
export class DomainKeyStore {
  readonly #options: KeyStoreOptions;
  #kept: KeptKeys;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: KeyStoreOptions, kept: KeptKeys) {
    this.#options = options;
    this.#kept = kept;
  }

  /**
   * Reads what an earlier run has written.
   * @throws PkiFault of `readKeys`
   */
  static async open(options: KeyStoreOptions): Promise<DomainKeyStore> {
    return new DomainKeyStore(options, await readKeys(options.directory));
  }

  /**
   * Gives the keys of a pool to a server of it; the caller has checked that it is. The first that asks has them drawn.
   * @param pool - FQDN of the pool, or of a server that is in none
   * @param server - FQDN
   */
  give(pool: string, server: string): Promise<PoolKeys> {
    return this.#inTurn(async () => {
      const { now, random } = this.#options;
      const known = this.#kept.pools.get(pool);
      if (known?.holders.has(server) === true) return known.keys;
      const keys = known?.keys ?? firstPoolKeys(pool, { now: now(), random });
      const { former = new Map<string, number>(), holders } = known ?? {};
      await this.#write([{ keys, holders: new Set(holders).add(server), former }]);
      return keys;
    });
  }

  /**
   * Compares the holders with those that may have the keys now: a pool whose keys went to somebody else gets another one, and a pool
   * that is no more loses its keys.
   * @param members - by pool: its servers that have a valid certificate
   */
  reconcile(members: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
    return this.#inTurn(async () => {
      const gone: string[] = [];
      const left: HeldKeys[] = [];
      for (const [pool, { former, holders, keys }] of this.#kept.pools) {
        const current = members.get(pool);
        if (current === undefined) gone.push(pool);
        else {
          const leaving = [...holders].filter((holder) => !current.has(holder));
          if (leaving.length === 0) continue;
          const staying = new Set([...holders].filter((holder) => current.has(holder)));
          const now = this.#options.now();
          left.push({
            keys,
            holders: staying,
            former: new Map([...former, ...leaving.map((one) => [one, now] as const)]),
          });
        }
      }
      if (gone.length > 0) await this.#write([], this.#kept, gone);
      await this.#rotate(left, 'server-left');
    });
  }

  /** Servers of which {@link owe} was told, and not {@link compromised} since, with the time, milliseconds since 1970. */
  get owed(): ReadonlyMap<string, number> {
    return this.#kept.owed;
  }

  /**
   * Notes that the key of a server is about to be declared compromised, where nothing else keeps its name: a crash before {@link compromised}
   * forgets nothing.
   * @param server - FQDN
   * @param since - milliseconds since 1970
   */
  owe(server: string, since: number): Promise<void> {
    return this.#inTurn(async () => {
      const { owed, settled } = this.#kept;
      await this.#write([], { owed: new Map(owed).set(server, since), settled });
    });
  }

  /**
   * Makes all keys void that a server was given, also where it has left the pool since: they may be in the hands of others. Once for each
   * time: what the server gets later, with another certificate, is not void because of that.
   * @param since - keys that began after this time alone are none of those, milliseconds since 1970
   */
  compromised(server: string, since: number): Promise<void> {
    return this.#inTurn(async () => {
      const { owed, settled } = this.#kept;
      const now = this.#options.now();
      const before = settled.get(server) ?? [];
      // One of the future was settled while the clock was ahead: it says nothing of those that are declared before its time comes.
      if (before.some((at) => at === since || (at > since && at <= now))) return;
      const held: HeldKeys[] = [];
      for (const { former, holders, keys } of this.#kept.pools.values()) {
        const isDone = keys.keys.every(({ sealsFrom }) => sealsFrom > since && sealsFrom <= now);
        if (isDone || !(holders.has(server) || former.has(server))) continue;
        const others = [...holders].filter((holder) => holder !== server);
        // None of the keys that others had before opens any more either.
        held.push({ keys, holders: new Set(others), former: new Map() });
      }
      const all = new Map(settled).set(server, [...before.filter((at) => at > now), since]);
      const remembered = [...all].map(([name, times]) => {
        return [name, times.filter((at) => at > now - rememberedMs)] as const;
      });
      await this.#rotate(held, 'compromised', {
        owed: new Map([...owed].filter(([name, at]) => name !== server || at > since)),
        settled: new Map(remembered.filter(([, times]) => times.length > 0)),
      });
    });
  }

  /** Makes the new keys whose time has come; called now and then. */
  rotateDue(): Promise<void> {
    return this.#inTurn(async () => {
      const now = this.#options.now();
      const due = [...this.#kept.pools.values()].filter(({ keys }) => isRotationDue(keys, now));
      await this.#rotate(due, 'scheduled');
    });
  }

  /**
   * Writes the file again where somebody has deleted it: the next start would know no key, and no server that has one.
   * @returns its path, where it is written again
   * @throws Error of the file system, where it cannot be
   */
  writeAgain(): Promise<string | undefined> {
    return this.#inTurn(async () => {
      const { owed, pools, settled } = this.#kept;
      const isEmpty = pools.size === 0 && owed.size === 0 && settled.size === 0;
      const { directory } = this.#options;
      if (isEmpty || !(await areKeysGone(directory))) return undefined;
      await writeKeys(directory, this.#kept);
      return keysPath(directory);
    });
  }

  /** Gives each pool another key: a server may have left since the keys were written that were restored. */
  renewAll(): Promise<void> {
    return this.#inTurn(() => this.#rotate([...this.#kept.pools.values()], 'restored'));
  }

  async #rotate(
    held: readonly HeldKeys[],
    why: RotationReason,
    debts?: Omit<KeptKeys, 'pools'>,
  ): Promise<void> {
    if (held.length === 0 && debts === undefined) return;
    const { now, onRotated, random } = this.#options;
    const options = { now: now(), random };
    const next = held.map(({ former, holders, keys: before }) => {
      const keys = rotatePoolKeys(before, why, options);
      const had = [...former].filter(([, since]) => keys.keys.some(({ sealsFrom }) => sealsFrom <= since));
      return { holders, keys, former: new Map(had) };
    });
    await this.#write(next, debts);
    for (const { keys } of next) onRotated({ pool: keys.pool, epoch: keys.keys.at(-1)?.epoch ?? 0, why });
  }

  async #write(
    changed: readonly HeldKeys[],
    { owed, settled }: Omit<KeptKeys, 'pools'> = this.#kept,
    gone: readonly string[] = [],
  ): Promise<void> {
    const pools = new Map(this.#kept.pools);
    for (const pool of gone) pools.delete(pool);
    for (const held of changed) pools.set(held.keys.pool, held);
    const kept = { pools, owed, settled };
    await writeKeys(this.#options.directory, kept);
    this.#kept = kept;
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(change);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
