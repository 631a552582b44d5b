import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Bundle, bundleObject, maxBundleBytes, readBundle } from './mirrored-bundle.ts';

const root = Buffer.from('a certificate');
const rules = {
  network: 'contoso.example',
  roots: new Set([createHash('sha256').update(root).digest('hex')]),
};

function text(changes: object = {}): string {
  return JSON.stringify({
    domain: 'contoso.example',
    sequence: 2,
    refreshHintSeconds: 300,
    roots: [{ certificate: root.toString('base64') }],
    ...changes,
  });
}

describe('our federation bundle at the edge', () => {
  it('is taken as the authority wrote it', () => {
    expect(readBundle(text(), rules)).toEqual({
      text: text(),
      domain: 'contoso.example',
      sequence: 2,
      refreshHintSeconds: 300,
    });
  });

  it.each([
    ['of another network', { domain: 'fabrikam.example' }],
    ['without a sequence number', { sequence: undefined }],
    ['with a sequence number that is none', { sequence: 1.5 }],
    ['without a refresh hint', { refreshHintSeconds: 0 }],
    ['without a root', { roots: [] }],
    ['with a root that is no certificate', { roots: [{}] }],
    ['with something else for roots', { roots: 'all' }],
  ])('is refused %s', (_, changes) => {
    expect(readBundle(text(changes), rules)).toEqual(expect.stringMatching(/^it /));
  });

  it('is refused with a root that nobody has pinned, beside one that is', () => {
    const roots = [root, Buffer.from('another')].map((der) => ({ certificate: der.toString('base64') }));
    expect(readBundle(text({ roots }), rules)).toEqual(expect.stringContaining('does not pin'));
  });

  it('never goes back to an older sequence number', () => {
    expect(readBundle(text(), { ...rules, known: 3 })).toEqual(expect.stringContaining('3 was here'));
    expect(readBundle(text(), { ...rules, known: 2 })).toMatchObject({ sequence: 2 });
  });

  it.each([['null'], ['[]'], ['{'], [''], [`{"domain":"${'a'.repeat(maxBundleBytes)}"}`]])(
    'is refused where it is no bundle: %.20s',
    (words) => {
      expect(typeof readBundle(words, rules)).toBe('string');
    },
  );

  it('is served at its path alone, and not before there is one', () => {
    let current: Bundle | undefined;
    const find = bundleObject(() => current);
    expect(find('/trust-bundle')).toBeUndefined();
    current = readBundle(text(), rules) as Bundle;
    const object = find('/trust-bundle');
    expect(object).toMatchObject({ body: Buffer.from(text()), mediaType: 'application/json' });
    expect(find('/trust-bundle')?.body, 'the same octets for each reader').toBe(object?.body);
    current = readBundle(text({ sequence: 3 }), rules) as Bundle;
    expect(find('/trust-bundle')?.tag).not.toBe(object?.tag);
    expect(find('/')).toBeUndefined();
  });
});
