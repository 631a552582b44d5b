import { describe, expect, it } from 'vitest';
import { utf8Text } from './utf8-text.ts';

const placeOf = (bytes: Uint8Array): unknown => {
  try {
    return utf8Text(bytes, 'pool.yaml');
  } catch (fault) {
    return fault;
  }
};

describe('the text of a file', () => {
  it('is every character that the file has in UTF-8', () => {
    const text = '# Büro, €, 😀, \uFFFD and \uFEFF\r\ntitle: Büro München\n';
    expect(utf8Text(Buffer.from(text), 'pool.yaml')).toBe(text);
    expect(utf8Text(Buffer.from(text).subarray(2, 7), 'pool.yaml')).toBe('Büro');
  });

  it.each([
    ['Latin-1', Buffer.from('domain: contoso.example\ntitle: Büro München\n', 'latin1'), '2:9'],
    ['Latin-1 behind letters in UTF-8', Buffer.concat([Buffer.from('a: 😀ü'), Buffer.from([0xef])]), '1:7'],
    ['UTF-16 with its mark', Buffer.from('\uFEFFdomain: contoso.example\r\n', 'utf16le'), '1:1'],
    ['UTF-16', Buffer.from('domain: contoso.example\r\n', 'utf16le'), '1:2'],
  ])('is refused in another encoding, with the place: %s', (_encoding, bytes, place) => {
    expect(placeOf(bytes)).toMatchObject({
      code: 'ENTENTE_NOT_UTF8',
      place: `pool.yaml:${place}`,
      remedy: expect.stringContaining('save the file as UTF-8'),
    });
  });
});
