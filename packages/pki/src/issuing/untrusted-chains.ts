import type { RevocationKnowledge } from '@entente/trust';
import type { Certificate } from '@entente/x509';
import type { PkiRefusal } from '../ground/refusal.ts';
import type { ProfileName } from '../ground/request.ts';

/** Chains that are remembered: an authority has a handful, of each of its issuers and of what crosses from one root to the next. */
const maxChains = 32;
/** Milliseconds after which it is tried again, although nothing else has changed: the time has. */
const againAfterMs = 60_000;

/** What relying parties know. */
interface Known {
  readonly anchors: readonly Certificate[] | (() => readonly Certificate[]);
  readonly revocation?: () => RevocationKnowledge;
}

/** A refusal, and what it was judged by. */
interface Refused {
  readonly anchors: readonly Certificate[];
  readonly revocation: RevocationKnowledge | undefined;
  readonly refusal: PkiRefusal;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * Chains that relying parties refuse now, e.g. because the list of the root has ended. What was signed below one is on the revocation list
 * until it ends, and each server asks again and again: one certificate a minute is signed below each of them to see whether that is over, and not one
 * for each request.
 */
export class UntrustedChains {
  readonly #known: Known;
  /** By profile and chain; the one that was refused longest ago comes first. */
  readonly #refused = new Map<string, Refused>();

  /** @param known - by what issued certificates are judged */
  constructor(known: Known) {
    this.#known = known;
  }

  /**
   * Notes that what was issued is refused.
   * @param chain - above the certificate, DER
   * @param refusal - why
   * @param at - milliseconds since 1970
   */
  note(profile: ProfileName, chain: readonly Uint8Array[], refusal: PkiRefusal, at: number): void {
    const key = keyOf(profile, chain);
    this.#refused.delete(key);
    this.#refused.set(key, { ...this.#current(), refusal, at });
    for (const oldest of this.#refused.keys()) {
      if (this.#refused.size <= maxChains) break;
      this.#refused.delete(oldest);
    }
  }

  /**
   * Why a certificate would be refused as the one before.
   * @param chain - above the certificate, DER
   * @param now - milliseconds since 1970
   * @returns undefined where nothing was refused within the last minute, or something has changed since
   */
  find(profile: ProfileName, chain: readonly Uint8Array[], now: number): PkiRefusal | undefined {
    const refused = this.#refused.get(keyOf(profile, chain));
    if (refused === undefined) return undefined;
    const { anchors, revocation } = this.#current();
    const isSame = refused.anchors === anchors && refused.revocation === revocation;
    return isSame && Math.abs(now - refused.at) < againAfterMs ? refused.refusal : undefined;
  }

  #current(): Pick<Refused, 'anchors' | 'revocation'> {
    const { anchors, revocation } = this.#known;
    return { anchors: typeof anchors === 'function' ? anchors() : anchors, revocation: revocation?.() };
  }
}

function keyOf(profile: ProfileName, chain: readonly Uint8Array[]): string {
  return [profile, ...chain.map((der) => Buffer.from(der).toString('base64'))].join(' ');
}
