import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { EpochKeys } from './epoch-keys.ts';
import { singleEpoch } from './epoch-keys.ts';
import { createSealing } from './epoch-sealing.ts';

const keys = singleEpoch(randomBytes(32));
const sealing = createSealing(keys, randomBytes);
const fields = ['alice@contoso.example', '', '<sip:abc@fe2.contoso.example;lr>', 'ü'];
const sealed = sealing.seal('route', fields, 'dialog') as string;

/** What a server of the version before makes of fields, with AES-256-GCM. */
function ofVersionBefore(purpose: string, texts: readonly string[], context: string): string {
  const [salt, nonce] = [randomBytes(6), randomBytes(12)];
  const key = createHmac('sha256', keys.current.key)
    .update(`entente-seal-2\0${purpose}\0`)
    .update(salt)
    .digest();
  const sealing = createCipheriv('aes-256-gcm', key, nonce);
  sealing.setAAD(Buffer.from(context));
  const text = Buffer.concat([sealing.update(texts.join('\0'), 'utf8'), sealing.final()]);
  return Buffer.concat([Buffer.alloc(2), salt, nonce, text, sealing.getAuthTag()]).toString('base64url');
}

describe('what was sealed', () => {
  it('opens for the same purpose and context, and says nothing to anybody else', () => {
    // Where it was sealed it is remembered; elsewhere it is decrypted, and remembered from then on.
    for (const holder of [sealing, createSealing(keys, randomBytes)])
      for (let time = 0; time < 2; time++) {
        expect(holder.open('contact', sealed, 'dialog')).toBeUndefined();
        expect(holder.open('route', sealed, 'another dialog')).toBeUndefined();
        expect(holder.open('route', sealed)).toBeUndefined();
        expect(holder.open('route', sealed, 'dialog')).toEqual(fields);
      }
    const foreign = createSealing(singleEpoch(randomBytes(32)), randomBytes);
    expect(foreign.open('route', sealed, 'dialog')).toBeUndefined();
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('contoso');
    expect(sealed).toMatch(/^[\w-]+$/);
  });

  it('opens as before once others have been sealed by the thousand', () => {
    for (let count = 0; count < 10_000; count++) sealing.seal('route', fields, `dialog ${count}`);
    expect(sealing.open('route', sealed, 'another dialog')).toBeUndefined();
    expect(sealing.open('route', sealed, 'dialog')).toEqual(fields);
  });

  it('opens at every holder of the keys, after a restart too', () => {
    expect(createSealing(keys, randomBytes).open('route', sealed, 'dialog')).toEqual(fields);
  });

  it('opens in the form of the version before, for its purpose and context alone', () => {
    const old = ofVersionBefore('route', fields, 'dialog');
    for (let time = 0; time < 2; time++) {
      const holder = createSealing(keys, randomBytes);
      expect(holder.open('contact', old, 'dialog')).toBeUndefined();
      expect(holder.open('route', old, 'another dialog')).toBeUndefined();
      expect(holder.open('route', old, 'dialog')).toEqual(fields);
      expect(holder.open('route', old, 'dialog'), 'known').toEqual(fields);
    }
    expect(
      createSealing(singleEpoch(randomBytes(32)), randomBytes).open('route', old, 'dialog'),
    ).toBeUndefined();
  });

  it('opens with no bit of it changed, in no other spelling, and not cut short', () => {
    const bytes = Buffer.from(sealed, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(sealing.open('route', changed.toString('base64url'), 'dialog')).toBeUndefined();
    }
    for (let length = 0; length < sealed.length; length++)
      expect(sealing.open('route', sealed.slice(0, length), 'dialog')).toBeUndefined();
    for (const spelling of [`${sealed}=`, `${sealed}~`, ` ${sealed}`])
      expect(sealing.open('route', spelling, 'dialog')).toBeUndefined();
  });

  it('does not show that two texts are the same', () => {
    const [one = '', other = ''] = [1, 2].map(() => sealing.seal('route', fields, 'dialog'));
    // Epoch and salt of this process are in both; nonce, text and tag have nothing in common.
    const parts = [one, other].map((text) => Buffer.from(text, 'base64url').subarray(8).toString('hex'));
    expect(parts[0]).not.toBe(parts[1]);
  });

  it('is at most 4,096 characters long; what would be longer is not sealed, and not looked at', () => {
    expect(sealing.seal('route', ['a'.repeat(3_036)])).toHaveLength(4_096);
    expect(sealing.seal('route', ['a'.repeat(3_037)])).toBeUndefined();
    expect(sealing.open('route', 'A'.repeat(4_097))).toBeUndefined();
  });

  it('holds no NUL, which would let one field read as two', () => {
    expect(sealing.seal('route', ['a\0b'])).toBeUndefined();
  });

  it('needs a key of 32 bytes', () => {
    expect(() => createSealing(singleEpoch(randomBytes(31)), randomBytes)).toThrow(
      expect.objectContaining({ code: 'SIP_PROXY_TOKEN' }),
    );
  });
});

describe('keys that change from epoch to epoch', () => {
  /** Keys as a member holds them, changed as the test asks. */
  function rotating() {
    const known = new Map<number, Uint8Array>();
    let epoch = 0;
    const own: EpochKeys & { begin(next: number): void; forget(old: number): void } = {
      get current() {
        return { epoch, key: known.get(epoch & 0xffff) as Uint8Array };
      },
      keyOf: (asked) => known.get(asked),
      begin(next) {
        epoch = next;
        known.set(next & 0xffff, randomBytes(32));
      },
      forget: (old) => void known.delete(old),
    };
    own.begin(1);
    return own;
  }

  it('seal with the newest and open what the kept ones have sealed', () => {
    const own = rotating();
    const rolling = createSealing(own, randomBytes);
    const before = rolling.seal('route', fields) as string;
    own.begin(2);
    const after = rolling.seal('route', fields) as string;
    for (const text of [before, after]) expect(rolling.open('route', text)).toEqual(fields);
    expect([before, after].map((text) => Buffer.from(text, 'base64url').readUInt16BE(0))).toEqual([1, 2]);
  });

  it('open nothing of an epoch that is forgotten, though it has opened before', () => {
    const own = rotating();
    const rolling = createSealing(own, randomBytes);
    const old = rolling.seal('route', fields) as string;
    expect(rolling.open('route', old)).toEqual(fields);
    own.begin(2);
    own.forget(1);
    expect(rolling.open('route', old)).toBeUndefined();
    // Another key in the place of a lost one is another key, whatever was derived from the first.
    own.begin(1);
    expect(rolling.open('route', old)).toBeUndefined();
  });

  it('count on beyond 65,535: a token names the lowest 16 bits of its epoch', () => {
    const own = rotating();
    own.begin(65_536 + 7);
    const rolling = createSealing(own, randomBytes);
    const text = rolling.seal('route', fields) as string;
    expect(Buffer.from(text, 'base64url').readUInt16BE(0)).toBe(7);
    expect(rolling.open('route', text)).toEqual(fields);
  });
});
