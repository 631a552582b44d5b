import { type Cipher, createCipheriv, createDecipheriv } from 'node:crypto';

const blockBytes = 16;
/** Of every text. */
export const ccmTagBytes = 16;
/** Of every nonce; three bytes are left for the length of a text and for the count of its blocks. */
export const ccmNonceBytes = 12;
/** What a nonce of twelve bytes and a tag of sixteen are in the first byte of the first block, and the bit for a context (RFC 3610 §2.2). */
const firstFlags = 0b00_111_010;
const contextFlag = 0b01_000_000;
/** The first byte of the blocks that make the key stream (RFC 3610 §2.3). */
const counterFlags = 0b010;
/** A context of fewer bytes has its length in two of them, a longer one in six (RFC 3610 §2.2). */
const longContext = 0xff00;
/** What has room in the arrays that are used again. */
const usualTextBytes = 3_072;
const usualContextBytes = 2_048;
const zeros = Buffer.alloc(blockBytes);
/** What goes into the two ciphers: one array each for all texts that have room in it. */
const counts = Buffer.alloc(blockBytes + usualTextBytes);
const usualInput = Buffer.alloc(usualTextBytes + usualContextBytes + 4 * blockBytes);

/** What a text is sealed with beside the key. */
export interface CcmParameters {
  /** Never twice under one key. */
  readonly nonce: Uint8Array;
  /** What is authenticated with the text and is not in the result. */
  readonly context: string;
}

/**
 * Seals many texts under one key with AES-256-CCM (NIST SP 800-38C, RFC 3610). Node makes a cipher for one text, and that costs more than
 * to seal a hundred bytes; the two here live as long as the key. CCM alone can be written with ciphers that go on: its key stream
 * is the block cipher of a count, and its tag is the last block of CBC from zero, which CBC that goes on gives where the first block of
 * a text is added to the last one of the text before.
 */
export class CcmSealer {
  readonly #blocks: Cipher;
  readonly #chained: Cipher;
  /** What the chain has come to with the text before. */
  readonly #last = Buffer.alloc(blockBytes);

  /** @param key - 32 bytes */
  constructor(key: Uint8Array) {
    this.#blocks = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
    this.#chained = createCipheriv('aes-256-cbc', key, zeros).setAutoPadding(false);
  }

  /**
   * Seals a text.
   * @param plain - at most 3,072 bytes as UTF-8
   * @param parameters - nonce and context
   * @param into - the sealed text and its tag are written here
   * @param at - from this byte on
   * @returns where they end
   * @throws RangeError (code SIP_PROXY_TOKEN) for a text that is longer, or has no room
   */
  seal(plain: string, { context, nonce }: CcmParameters, into: Uint8Array, at: number): number {
    const isUsual = context.length * 3 <= usualContextBytes;
    const input = isUsual ? usualInput : Buffer.alloc(usualInput.length + Buffer.byteLength(context));
    const textAt = writeContext(input, context);
    const size = input.write(plain, textAt, 'utf8');
    if (size > usualTextBytes || at + size + ccmTagBytes > into.length) throw tooLong(size);
    const end = padded(input, textAt + size);
    input[0] = firstFlags | (textAt > blockBytes ? contextFlag : 0);
    input.set(nonce, 1);
    input.writeUIntBE(size, 1 + ccmNonceBytes, 3);
    for (let i = 0; i < blockBytes; i++) input[i]! ^= this.#last[i]!;
    this.#last.set(this.#chained.update(input.subarray(0, end)).subarray(end - blockBytes));
    const stream = this.#stream(nonce, size);
    for (let i = 0; i < size; i++) into[at + i] = input[textAt + i]! ^ stream[blockBytes + i]!;
    for (let i = 0; i < ccmTagBytes; i++) into[at + size + i] = this.#last[i]! ^ stream[i]!;
    return at + size + ccmTagBytes;
  }

  /** The first block is for the tag. */
  #stream(nonce: Uint8Array, size: number): Buffer {
    const end = blockBytes + Math.ceil(size / blockBytes) * blockBytes;
    for (let at = 0; at < end; at += blockBytes) {
      counts[at] = counterFlags;
      counts.set(nonce, at + 1);
      counts.writeUIntBE(at / blockBytes, at + 1 + ccmNonceBytes, 3);
    }
    return this.#blocks.update(counts.subarray(0, end));
  }
}

/**
 * Opens what a {@link CcmSealer} has sealed.
 * @param key - 32 bytes
 * @param parameters - nonce and context
 * @param sealed - the sealed text and its tag
 * @returns undefined where it was sealed with others
 */
export function openCcm(
  key: Uint8Array,
  { context, nonce }: CcmParameters,
  sealed: Buffer,
): string | undefined {
  const opening = createDecipheriv('aes-256-ccm', key, nonce, { authTagLength: ccmTagBytes });
  const plaintextLength = sealed.length - ccmTagBytes;
  opening.setAuthTag(sealed.subarray(plaintextLength));
  opening.setAAD(Buffer.from(context, 'utf8'), { plaintextLength });
  const opened = opening.update(sealed.subarray(0, plaintextLength));
  try {
    opening.final();
  } catch {
    return undefined;
  }
  return opened.toString('utf8');
}

function tooLong(size: number): RangeError {
  const message = `Sealed text: expected at most ${usualTextBytes} bytes and room for them, found ${size}`;
  return Object.assign(new RangeError(message), { code: 'SIP_PROXY_TOKEN' });
}

/** @returns where the text begins */
function writeContext(input: Buffer, context: string): number {
  if (context === '') return blockBytes;
  const isShort = context.length * 3 < longContext || Buffer.byteLength(context) < longContext;
  const at = blockBytes + (isShort ? 2 : 6);
  const size = input.write(context, at, 'utf8');
  if (isShort) input.writeUInt16BE(size, blockBytes);
  else {
    input.writeUInt16BE(0xfffe, blockBytes);
    input.writeUInt32BE(size, blockBytes + 2);
  }
  return padded(input, at + size);
}

/** Fills the block up with zeros. */
function padded(input: Buffer, end: number): number {
  const next = Math.ceil(end / blockBytes) * blockBytes;
  input.fill(0, end, next);
  return next;
}
