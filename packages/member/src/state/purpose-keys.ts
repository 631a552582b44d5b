import { hkdfSync } from 'node:crypto';
import type { PoolKey } from '@entente/pki';
import { MemberFault } from '../files/fault.ts';
import type { DomainState } from './domain-state.ts';

/** A secret key, and the epoch in which it seals. */
export interface PurposeKey {
  /** 1 or more, greater for each later key. Of two keys that are kept, the lowest 16 bits differ. */
  readonly epoch: number;
  /** 32 secret bytes; the same object as long as it is the same key. */
  readonly key: Uint8Array;
}

/**
 * The keys of our pool for one purpose, as they are at the moment of each question: `EpochKeys` of `@entente/sip-proxy`. Every server of
 * the pool has the same, and so has this one after a restart.
 */
export interface PurposeKeys {
  /** Seals now. */
  readonly current: PurposeKey;
  /**
   * The key of an epoch, for opening.
   * @param epoch - the lowest 16 bits of its number
   * @returns undefined where it is not kept any more, or never was
   */
  keyOf(epoch: number): Uint8Array | undefined;
}

const keyBytes = 32;
const epochMask = 0xffff;
const label = 'entente-domain-keys-1';

/**
 * Derives the keys of one purpose from those of the pool.
 * @param state - asked at each question; what is derived is kept until the keys of the pool change
 * @param purpose - what they are for; a key of one purpose is of no use for another
 * @throws MemberFault `ENTENTE_MEMBER_NO_KEYS` where the keys of the pool have never been fetched
 * @see RFC 5869
 */
export function purposeKeys(state: Pick<DomainState, 'keys'>, purpose: string): PurposeKeys {
  return new DerivedKeys(state, purpose);
}

class DerivedKeys implements PurposeKeys {
  readonly #state: Pick<DomainState, 'keys'>;
  readonly #purpose: string;
  #from: DomainState['keys'];
  #derived = new Map<number, { readonly from: PoolKey; readonly key: Uint8Array }>();
  #current: PurposeKey | undefined;

  constructor(state: Pick<DomainState, 'keys'>, purpose: string) {
    this.#state = state;
    this.#purpose = purpose;
    if (state.keys === undefined)
      throw new MemberFault('ENTENTE_MEMBER_NO_KEYS', {
        sentence:
          'the keys of our pool are not known: there are none of an earlier run, and the authority gave none',
        place: 'the authority of this domain',
        remedy: 'see the log for why; start the authority, or make it reachable, and start this server again',
      });
  }

  get current(): PurposeKey {
    this.#look();
    return this.#current as PurposeKey;
  }

  keyOf(epoch: number): Uint8Array | undefined {
    this.#look();
    return this.#derived.get(epoch)?.key;
  }

  /** Derives what is new where the keys of the pool are others than the last time. */
  #look(): void {
    const { keys } = this.#state;
    if (keys === this.#from || keys === undefined) return;
    this.#from = keys;
    const before = this.#derived;
    this.#derived = new Map();
    for (const from of keys.opening) {
      const name = from.epoch & epochMask;
      const known = before.get(name);
      const isSame = known?.from.epoch === from.epoch && Buffer.compare(known.from.key, from.key) === 0;
      this.#derived.set(name, isSame ? known : { from, key: this.#derive(from) });
    }
    const { epoch } = keys.sealing;
    this.#current = { epoch, key: this.#derived.get(epoch & epochMask)?.key as Uint8Array };
  }

  #derive({ epoch, key }: PoolKey): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', key, '', `${label}\0${this.#purpose}\0${epoch}`, keyBytes));
  }
}
