import { detached } from '@entente/sip';

/** What a sealed text is known to be. */
export interface KnownSeal {
  /** As the text names it: the lowest 16 bits of its number. */
  readonly epoch: number;
  /** The key that the sealing key was derived from: once it is no longer kept, the text opens no more. */
  readonly from: Uint8Array;
  readonly purpose: string;
  readonly context: string;
  /** The fields, joined as they were sealed. */
  readonly plain: string;
}

/** The same, as it is remembered. */
class RememberedSeal implements KnownSeal {
  readonly epoch: number;
  readonly from: Uint8Array;
  readonly purpose: string;
  readonly context: string;
  readonly plain: string;
  #fields: readonly string[] | undefined = undefined;

  constructor({ context, epoch, from, plain, purpose }: KnownSeal) {
    this.epoch = epoch;
    this.from = from;
    this.purpose = purpose;
    this.context = detached(context);
    this.plain = plain;
  }

  /** An ACK asks for them, and then a BYE. */
  get fields(): readonly string[] {
    this.#fields ??= this.plain.split('\0');
    return this.#fields;
  }
}

/** Characters that one generation holds; there are two. */
const maxCharacters = 1_048_576;
/** What an entry of the map and its object take, in characters. */
const entryCharacters = 256;

/**
 * The texts that this process has sealed or opened last: most of them come back soon, as the entry of a dialog does with its ACK. What
 * is known needs no decryption. The newest are kept, in two generations, each of no more than a number of characters: somebody who has many
 * sealed makes others wait for a decryption at most.
 */
export class KnownSeals {
  #young = new Map<string, RememberedSeal>();
  #old = new Map<string, RememberedSeal>();
  #characters = 0;

  /**
   * @param sealed - from anybody
   * @returns undefined where it is not known: it has to be opened
   */
  get(sealed: string): (KnownSeal & { readonly fields: readonly string[] }) | undefined {
    return this.#young.get(sealed) ?? this.#old.get(sealed);
  }

  /**
   * Remembers a text that holders of the keys have sealed.
   * @param sealed - no part of a message, which would be kept with it
   * @param seal - `plain` neither
   */
  add(sealed: string, seal: KnownSeal): void {
    const characters = sealed.length + seal.context.length + seal.plain.length + entryCharacters;
    if (characters > maxCharacters) return;
    if (this.#characters + characters > maxCharacters) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#characters = 0;
    }
    this.#characters += characters;
    this.#young.set(sealed, new RememberedSeal(seal));
  }
}
