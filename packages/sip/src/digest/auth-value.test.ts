import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { skipQuoted } from '../syntax/quoted.ts';
import { unescapeQuoted } from '../syntax/text.ts';
import { readAuthParameters, readAuthScheme } from './auth-value.ts';
import { parseAuthorization } from './authorization.ts';

/** The same grammar character by character (RFC 3261 §25.1). */
function plainlyRead(value: string): Map<string, string> | undefined {
  const parameters = new Map<string, string>();
  let at = 0;
  const space = () => {
    while (value[at] === ' ' || value[at] === '\t') at++;
  };
  const run = (characters: RegExp) => {
    const from = at;
    while (at < value.length && characters.test(value[at]!)) at++;
    return value.slice(from, at);
  };
  space();
  for (;;) {
    const name = run(/[\w.!%*+`'~-]/).toLowerCase();
    space();
    if (name === '' || value[at] !== '=') return undefined;
    at++;
    space();
    let text: string;
    if (value[at] === '"') {
      const after = skipQuoted(value, at, value.length);
      if (after === -1) return undefined;
      text = unescapeQuoted(value.slice(at + 1, after - 1));
      at = after;
    } else {
      text = run(/[\w.!%*+`'~/:@-]/);
      if (text === '') return undefined;
    }
    if (parameters.has(name) || parameters.size === 32) return undefined;
    parameters.set(name, text);
    space();
    if (at === value.length) return parameters;
    if (value[at] !== ',') return undefined;
    at++;
    space();
  }
}

const known = ['username', 'realm', 'nonce', 'uri', 'response', 'algorithm', 'cnonce', 'opaque', 'qop', 'nc'];
const names = [...known, 'userhash', 'username*', 'x', 'NONCE', 'Realm', 'auth-param', 'other', 'nc2'];
const anyCharacter = fc.constantFrom(...'aZ09.-_~"\\,= \t/:@;\r\n\0\x1b\x7fäЖ');
const piece = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 8 }),
  fc.string({ unit: anyCharacter, maxLength: 8 }).map((text) => `"${text}"`),
  fc.constantFrom('00000001', 'SHA-256', 'auth', 'true', '"contoso.example"', "UTF-8''alice", '""'),
);
const space = fc.constantFrom('', '', ' ', '\t ');
const written = fc
  .array(fc.tuple(fc.constantFrom(...names), space, piece, space), { minLength: 1, maxLength: 12 })
  .map((all) => all.map(([name, before, text, after]) => `${name}${before}=${after}${text}`).join(', '));
/** Often one that every parameter is in, so that some are accepted. */
const whole = fc
  .tuple(fc.shuffledSubarray(known, { minLength: 8 }), space, fc.constantFrom('', ',', ' ', ', x'))
  .map(([some, between, end]) => some.map((name) => `${name}="1"`).join(`,${between}`) + end);

describe('parameters of challenges and credentials', () => {
  it('are what the grammar says, character by character', () => {
    fc.assert(
      fc.property(fc.oneof(written, whole), (value) => {
        const found = readAuthParameters(value, 0);
        expect(found === undefined ? undefined : [...found]).toEqual(
          plainlyRead(value) === undefined ? undefined : [...plainlyRead(value)!],
        );
      }),
    );
  });

  it('are at most 32', () => {
    const of = (count: number) => Array.from({ length: count }, (_, i) => `p${i}=1`).join(',');
    expect(readAuthParameters(of(32), 0)?.size).toBe(32);
    expect(readAuthParameters(of(33), 0)).toBeUndefined();
    const needed = 'username=a,realm=b,nonce=c,uri=d,response=e';
    expect(parseAuthorization(`Digest ${needed},${of(27)}`)).toMatchObject({ username: 'a' });
    expect(parseAuthorization(`Digest ${needed},${of(28)}`)).toBeUndefined();
  });

  it('of credentials are the same, whatever else stands between them', () => {
    fc.assert(
      fc.property(fc.oneof(written, whole), (value) => {
        const found = parseAuthorization(`Digest ${value}`);
        const plain = plainlyRead(value);
        if (typeof found !== 'object') return;
        expect(plain).toBeDefined();
        expect(found).toMatchObject({
          realm: plain?.get('realm'),
          nonce: plain?.get('nonce'),
          uri: plain?.get('uri'),
          response: plain?.get('response')?.toLowerCase(),
          cnonce: plain?.get('cnonce'),
          opaque: plain?.get('opaque'),
          qop: plain?.get('qop')?.toLowerCase(),
          nonceCount: plain?.get('nc'),
          userhash: plain?.get('userhash')?.toLowerCase() === 'true',
        });
        if (!plain?.has('username*')) expect(found.username).toBe(plain?.get('username'));
      }),
    );
  });

  it.each(['uri', 'URI', 'X', 'x'])('refuses %s where it stands there already', (name) => {
    const value = 'Digest username=a,realm=b,nonce=c,uri=d,response=e,x=1';
    expect(parseAuthorization(value)).toMatchObject({ uri: 'd' });
    expect(parseAuthorization(`${value},${name}=2`)).toBeUndefined();
  });

  it('stand behind a scheme, in any case, with white space', () => {
    expect(readAuthScheme(' dIgEsT  a=b')).toEqual({ isDigest: true, after: 9 });
    expect(readAuthScheme('Basic x')).toEqual({ isDigest: false, after: 6 });
    for (const value of ['', 'Digest', ' =', '"Digest" a=b']) expect(readAuthScheme(value)).toBeUndefined();
  });
});
