import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSealing } from './aes-sealing.ts';

const sealing = createSealing(randomBytes(32), randomBytes);
const fields = ['boot.1', '', '<sip:abc@fe2.contoso.example;lr>'];
const sealed = sealing.seal('route', fields) as string;

describe('what an edge has sealed', () => {
  it('opens here for the same purpose, and says nothing to anybody else', () => {
    expect(sealing.open('route', sealed)).toEqual(fields);
    expect(sealing.open('contact', sealed)).toBeUndefined();
    expect(createSealing(randomBytes(32), randomBytes).open('route', sealed)).toBeUndefined();
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('contoso');
    expect(sealed).toMatch(/^[\w-]+$/);
  });

  it('opens with no bit of it changed, in no other spelling, and not cut short', () => {
    const bytes = Buffer.from(sealed, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(sealing.open('route', changed.toString('base64url'))).toBeUndefined();
    }
    for (let length = 0; length < sealed.length; length++)
      expect(sealing.open('route', sealed.slice(0, length))).toBeUndefined();
    for (const spelling of [`${sealed}=`, `${sealed}~`, ` ${sealed}`])
      expect(sealing.open('route', spelling)).toBeUndefined();
  });

  it('does not show that two texts are the same', () => {
    expect(sealing.seal('route', fields)).not.toBe(sealed);
  });

  it('is at most 4,096 characters long; what would be longer is not sealed, and not looked at', () => {
    expect(sealing.seal('route', ['a'.repeat(3_040)])).toHaveLength(4_096);
    expect(sealing.seal('route', ['a'.repeat(3_041)])).toBeUndefined();
    expect(sealing.open('route', 'A'.repeat(4_097))).toBeUndefined();
  });

  it('holds no NUL, which would let one field read as two', () => {
    expect(sealing.seal('route', ['a\0b'])).toBeUndefined();
  });

  it('needs a key of 32 bytes', () => {
    expect(() => createSealing(randomBytes(31), randomBytes)).toThrow('at least 32');
  });
});
