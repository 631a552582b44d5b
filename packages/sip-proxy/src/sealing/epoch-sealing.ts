import { createHmac } from 'node:crypto';
import { isUint8Array } from 'node:util/types';
import { detached } from '@entente/sip';
import { CcmSealer, ccmNonceBytes, ccmTagBytes, openCcm } from './ccm-sealer.ts';
import type { EpochKeys } from './epoch-keys.ts';
import { openGcm } from './gcm-opener.ts';
import { type KnownSeal, KnownSeals } from './known-seals.ts';
import type { Sealing } from './sealing.ts';

/** Longest sealed text, in characters: a dozen hops and more. The limit holds before anything is decrypted. */
const maxSealedLength = 4_096;
/** The same in bytes. */
const maxSealedBytes = (maxSealedLength * 3) / 4;
const keyBytes = 32;
const epochBytes = 2;
const saltBytes = 6;
const headBytes = epochBytes + saltBytes + ccmNonceBytes;
/** Nonces that are drawn at once: asking for random bytes costs more than the bytes. */
const noncesAtOnce = 64;
/** Derived keys that are remembered: those under which something has opened. */
const maxDerived = 256;

/** A way of sealing. Each has keys of its own, so that no text of one can be opened as one of another. */
interface Form {
  readonly label: string;
  readonly open: typeof openCcm;
}

const present: Form = { label: 'entente-seal-3', open: openCcm };
/** Of the version before: servers of both versions share a pool while it is upgraded. */
const before: Form = { label: 'entente-seal-2', open: openGcm };

/** A key of one member, form, purpose and epoch, and the key of the epoch that it was derived from. */
interface DerivedKey {
  readonly from: Uint8Array;
  readonly key: Uint8Array;
}

/**
 * Seals and opens texts with AES-256-CCM; opens those of the version before as well. A sealed text is the epoch, a salt, a nonce, the
 * encrypted fields and the tag, in base64url. The salt is drawn once, so that each process seals under keys of its own, derived from the
 * one that all share: random nonces of 96 bits may be used for 2^32 texts under one key (as NIST SP 800-38D §8.3 has it for GCM), and no
 * number of processes uses that up together.
 * @param keys - only holders of them can open what was sealed
 * @param random - unpredictable bytes, for the salt and for nonces
 * @throws RangeError (code SIP_PROXY_TOKEN) for a short key, and for one that is not a Uint8Array
 */
export function createSealing(keys: EpochKeys, random: (bytes: number) => Uint8Array): Sealing {
  return new EpochSealing(keys, random);
}

class EpochSealing implements Sealing {
  readonly #keys: EpochKeys;
  readonly #random: (bytes: number) => Uint8Array;
  readonly #salt: Buffer;
  readonly #derived = new Map<string, DerivedKey>();
  /** By purpose, of the newest epoch. */
  readonly #sealers = new Map<string, { readonly from: Uint8Array; readonly sealer: CcmSealer }>();
  readonly #seals = new KnownSeals();
  /** What is being sealed: one array for all. The salt never changes. */
  readonly #written = Buffer.alloc(maxSealedBytes);
  /** Random bytes, of which those before `#nonceAt` have been used. */
  #nonces: Uint8Array = new Uint8Array(0);
  #nonceAt = 0;

  constructor(keys: EpochKeys, random: (bytes: number) => Uint8Array) {
    this.#keys = keys;
    this.#random = random;
    this.#salt = Buffer.from(random(saltBytes));
    this.#written.set(this.#salt, epochBytes);
    checkKey(keys.current.key);
  }

  seal(purpose: string, fields: readonly string[], context = ''): string | undefined {
    for (const field of fields) if (field.includes('\0')) return undefined;
    // A single field may be part of a message, which would be kept with it.
    const plain = fields.length === 1 ? detached(fields[0]!) : fields.join('\0');
    // An upper bound first: no character has more than three bytes for each of its units.
    if (lengthOf(plain.length * 3) > maxSealedLength && lengthOf(Buffer.byteLength(plain)) > maxSealedLength)
      return undefined;
    const { epoch, key: from } = this.#keys.current;
    const nonce = this.#newNonce();
    const bytes = this.#written;
    bytes.writeUInt16BE(epoch & 0xffff, 0);
    bytes.set(nonce, epochBytes + saltBytes);
    const end = this.#sealerOf(purpose, from).seal(plain, { nonce, context }, bytes, headBytes);
    const text = bytes.toString('base64url', 0, end);
    this.#seals.add(text, { epoch: epoch & 0xffff, from, purpose, context, plain });
    return text;
  }

  open(purpose: string, sealed: string, context = ''): readonly string[] | undefined {
    if (sealed.length > maxSealedLength) return undefined;
    const seal = this.#seals.get(sealed);
    // The key of its epoch may have been lost since, or another one have come in its place.
    if (seal !== undefined && seal.from === this.#keys.keyOf(seal.epoch))
      return seal.purpose === purpose && seal.context === context ? seal.fields : undefined;
    const bytes = Buffer.from(sealed, 'base64url');
    // Decoding skips what it does not know; only the one spelling that sealing writes is accepted.
    if (bytes.length < headBytes + ccmTagBytes || bytes.toString('base64url') !== sealed) return undefined;
    const epoch = bytes.readUInt16BE(0);
    const from = this.#keys.keyOf(epoch);
    if (from === undefined) return undefined;
    const as = { purpose, epoch, from, context };
    const plain =
      this.#opened(present, as, bytes) ??
      // A process seals in one form, so that most of what does not open is found out by one attempt.
      (this.#isKnown(present, as, bytes) ? undefined : this.#opened(before, as, bytes));
    if (plain === undefined) return undefined;
    this.#seals.add(detached(sealed), { epoch, from, purpose, context, plain });
    return plain.split('\0');
  }

  #isKnown(form: Form, { epoch, from, purpose }: Omit<KnownSeal, 'plain'>, bytes: Buffer): boolean {
    const salt = bytes.subarray(epochBytes, epochBytes + saltBytes);
    return this.#known(nameOf(form, { purpose, epoch, salt }), from) !== undefined;
  }

  #opened(form: Form, as: Omit<KnownSeal, 'plain'>, bytes: Buffer): string | undefined {
    const { context, epoch, from, purpose } = as;
    const salt = bytes.subarray(epochBytes, epochBytes + saltBytes);
    const name = nameOf(form, { purpose, epoch, salt });
    const known = this.#known(name, from);
    const derived = known ?? derive(form, purpose, from, salt);
    const nonce = bytes.subarray(epochBytes + saltBytes, headBytes);
    const plain = form.open(derived.key, { nonce, context }, bytes.subarray(headBytes));
    // Only the salt of a holder of the key opens anything: nobody else can fill what is remembered.
    if (plain !== undefined && known === undefined) this.#remember(name, derived);
    return plain;
  }

  #sealerOf(purpose: string, from: Uint8Array): CcmSealer {
    const known = this.#sealers.get(purpose);
    if (known?.from === from) return known.sealer;
    const sealer = new CcmSealer(derive(present, purpose, from, this.#salt).key);
    this.#sealers.set(purpose, { from, sealer });
    return sealer;
  }

  #newNonce(): Uint8Array {
    if (this.#nonceAt === this.#nonces.length) {
      this.#nonces = this.#random(ccmNonceBytes * noncesAtOnce);
      this.#nonceAt = 0;
    }
    const from = this.#nonceAt;
    this.#nonceAt += ccmNonceBytes;
    return this.#nonces.subarray(from, this.#nonceAt);
  }

  #known(name: string, from: Uint8Array): DerivedKey | undefined {
    const derived = this.#derived.get(name);
    return derived?.from === from ? derived : undefined;
  }

  #remember(name: string, derived: DerivedKey): void {
    if (this.#derived.size >= maxDerived) this.#derived.clear();
    this.#derived.set(name, derived);
  }
}

function derive({ label }: Form, purpose: string, from: Uint8Array, salt: Uint8Array): DerivedKey {
  checkKey(from);
  const key = createHmac('sha256', from).update(`${label}\0${purpose}\0`).update(salt).digest();
  return { from, key };
}

function nameOf(
  { label }: Form,
  { epoch, purpose, salt }: { readonly purpose: string; readonly epoch: number; readonly salt: Buffer },
): string {
  return `${label} ${purpose} ${epoch} ${salt.toString('latin1')}`;
}

/** Characters of the base64url form of a sealed text. */
function lengthOf(plainBytes: number): number {
  return Math.ceil(((headBytes + plainBytes + ccmTagBytes) * 4) / 3);
}

function checkKey(key: Uint8Array): void {
  // Letters are not the bytes of a key: most of their bits are known.
  const isBytes = isUint8Array(key);
  if (isBytes && key.length >= keyBytes) return;
  const found = isBytes ? key.length : `a value of the type ${typeof key}`;
  const message = `Sealing key: expected at least ${keyBytes} secret bytes, found ${found}. Generate a longer key`;
  throw Object.assign(new RangeError(message), { code: 'SIP_PROXY_TOKEN' });
}
