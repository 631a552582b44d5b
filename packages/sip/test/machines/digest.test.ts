import {
  answerChallenge,
  createChallenge,
  createCredentialRecord,
  createNonce,
  type DigestAlgorithm,
  parseAuthorization,
  parseChallenge,
  ReplayWindow,
  selectChallenges,
  type VerifyOptions,
  verifyAuthorization,
  verifyNonce,
} from '@entente/sip';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const now = 1_700_000_000_000;
const key = new Uint8Array(32).fill(1);
const salt = new Uint8Array(8).fill(2);
const realm = 'contoso.example';
const nonce = createNonce({ now, key, salt, realm });
const lifetimeMs = 300_000;
const uri = 'sip:contoso.example';
const user = { username: 'alice', password: 'Secret "word" \\ ü' };

function challengeOf(algorithm: DigestAlgorithm = 'SHA-256') {
  return parseChallenge(createChallenge({ realm, nonce, algorithm, opaque: 'o"1' }))!;
}

function check(value: string, changes: Partial<VerifyOptions> = {}) {
  const authorization = parseAuthorization(value);
  if (typeof authorization !== 'object') throw new Error('expected digest credentials');
  return verifyAuthorization(authorization, {
    method: 'REGISTER',
    realm,
    record: createCredentialRecord({ ...user, realm }, ['SHA-256', 'SHA-512-256', 'MD5']),
    uriMatches: (found) => found === uri,
    now,
    nonceKey: key,
    nonceLifetimeMs: lifetimeMs,
    window: new ReplayWindow({ lifetimeMs }),
    ...changes,
  });
}

const answer = (algorithm: DigestAlgorithm = 'SHA-256', nonceCount = 1) =>
  answerChallenge(challengeOf(algorithm), { method: 'REGISTER', uri }, user, { cnonce: 'c"1', nonceCount });

describe('nonce', () => {
  const options = { now, key, realm, lifetimeMs };

  it('is recognised by its key and realm until its time is over', () => {
    expect(verifyNonce(nonce, options)).toEqual({ state: 'fresh', createdAt: now });
    expect(verifyNonce(nonce, { ...options, now: now + lifetimeMs })).toMatchObject({ state: 'fresh' });
    expect(verifyNonce(nonce, { ...options, now: now + lifetimeMs + 1 })).toMatchObject({ state: 'expired' });
  });

  it('is forged for another key, another realm, any changed character, and any other text', () => {
    expect(verifyNonce(nonce, { ...options, key: new Uint8Array(32).fill(3) }).state).toBe('forged');
    expect(verifyNonce(nonce, { ...options, realm: 'fabrikam.example' }).state).toBe('forged');
    for (let i = 0; i < nonce.length; i++) {
      const changed = nonce.slice(0, i) + (nonce[i] === 'A' ? 'B' : 'A') + nonce.slice(i + 1);
      expect(verifyNonce(changed, options).state).toBe('forged');
    }
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => verifyNonce(text, options).state === 'forged'),
    );
  });

  it('of a pool is known to its other servers, whatever its age, and good for the one that made it alone', () => {
    const poolKey = new Uint8Array(32).fill(7);
    const pool = {
      current: { epoch: 0x1_0005, key: poolKey },
      keyOf: (e: number) => (e === 5 ? poolKey : undefined),
    };
    const pooled = createNonce({ now, key, salt, realm, pool });
    const other = { ...options, pool, key: new Uint8Array(32).fill(3) };
    expect(pooled).toHaveLength(56);
    expect(verifyNonce(pooled, { ...options, pool })).toEqual({ state: 'fresh', createdAt: now });
    expect(verifyNonce(pooled, other)).toEqual({ state: 'of-pool' });
    expect(verifyNonce(pooled, { ...other, now: now + 10 * lifetimeMs })).toEqual({ state: 'of-pool' });
    expect(verifyNonce(pooled, { ...other, realm: 'fabrikam.example' }).state).toBe('forged');
    const strange = { current: { epoch: 5, key }, keyOf: () => key };
    for (const pool of [undefined, strange, { ...strange, keyOf: () => undefined }])
      expect(verifyNonce(pooled, { ...options, pool }).state).toBe('forged');
    expect(verifyNonce(nonce, { ...options, pool }).state).toBe('forged');
    for (let i = 0; i < pooled.length; i++) {
      const changed = pooled.slice(0, i) + (pooled[i] === 'A' ? 'B' : 'A') + pooled.slice(i + 1);
      expect(verifyNonce(changed, other).state).toBe('forged');
    }
  });

  it('from the future counts as expired, apart from a small difference of clocks', () => {
    expect(verifyNonce(nonce, { ...options, now: now - 5_000 }).state).toBe('fresh');
    expect(verifyNonce(nonce, { ...options, now: now - 5_001 }).state).toBe('expired');
  });

  it('cannot be made with a short key or salt', () => {
    const fault = expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT' });
    expect(() => createNonce({ now, key: key.slice(1), salt, realm })).toThrow(fault);
    expect(() => createNonce({ now, key, salt: salt.slice(1), realm })).toThrow(fault);
  });
});

describe('ReplayWindow', () => {
  const windowOf = (maxNonces = 10) => new ReplayWindow({ lifetimeMs, maxNonces });

  it('accepts each count once, in any order within 32', () => {
    const window = windowOf();
    for (const count of [1, 5, 3, 36]) expect(window.accept('n', now, count, now)).toBe('accepted');
    for (const count of [5, 36]) expect(window.accept('n', now, count, now)).toBe('replayed');
    expect(window.accept('n', now, 6, now)).toBe('accepted');
    expect(window.accept('n', now, 4, now)).toBe('stale');
  });

  it('never accepts a count twice, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 200 }), (counts) => {
        const window = windowOf();
        const seen = new Set<number>();
        return counts.every((count) => {
          if (window.accept('n', now, count, now) !== 'accepted') return true;
          return !seen.has(count) && seen.add(count) !== undefined;
        });
      }),
    );
  });

  it('stays within its bound, and refuses as stale what it had to forget', () => {
    const window = windowOf(3);
    for (let i = 0; i < 5; i++) expect(window.accept(`n${i}`, now + i, 1, now)).toBe('accepted');
    expect(window.size).toBe(3);
    expect(window.accept('n0', now, 1, now)).toBe('stale');
    expect(window.accept('n1', now + 1, 2, now)).toBe('stale');
    expect(window.accept('n4', now + 4, 2, now)).toBe('accepted');
  });

  it('forgets what has expired without making newer nonces stale', () => {
    const window = windowOf(3);
    for (let i = 0; i < 3; i++) window.accept(`n${i}`, now + i, 1, now);
    const later = now + lifetimeMs + 10;
    expect(window.accept('late', later, 1, later)).toBe('accepted');
    expect(window.size).toBe(1);
    expect(window.accept('other', later - 5, 1, later)).toBe('accepted');
  });
});

describe('challenge', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'grapheme-ascii' }),
        fc.string({ unit: 'grapheme-ascii' }),
        (name, opaque) => {
          const value = createChallenge({
            realm: name,
            nonce: 'n',
            algorithm: 'SHA-512-256',
            opaque,
            stale: true,
          });
          expect(parseChallenge(value)).toMatchObject({
            realm: name,
            opaque,
            algorithm: 'SHA-512-256',
            stale: true,
            qopAuth: true,
          });
        },
      ),
    );
  });

  it('always offers quality of protection auth (RFC 8760 §2.6)', () => {
    expect(createChallenge({ realm, nonce, algorithm: 'SHA-256' })).toContain('qop="auth"');
  });

  it.each([
    ['another scheme', 'Basic realm="x"'],
    ['an unknown algorithm', 'Digest realm="x", nonce="n", algorithm=SHA-1'],
    ['a session algorithm', 'Digest realm="x", nonce="n", algorithm=SHA-256-sess'],
    ['no realm', 'Digest nonce="n"'],
    ['no nonce', 'Digest realm="x"'],
    ['one parameter twice', 'Digest realm="x", realm="y", nonce="n"'],
    ['an open quote', 'Digest realm="x, nonce="n'],
    ['nothing after the scheme', 'Digest'],
    ['a comma at the end', 'Digest realm="x", nonce="n",'],
    [
      'more than 32 parameters',
      `Digest realm="x", nonce="n", ${Array.from({ length: 31 }, (_, i) => `p${i}=1`).join(', ')}`,
    ],
  ])('is passed over for %s', (_, value) => {
    expect(parseChallenge(value)).toBeUndefined();
  });

  it('never throws, whatever it reads', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseChallenge(`Digest ${text}`)));
    fc.assert(fc.property(fc.string(), (text) => void parseAuthorization(text)));
  });

  it('means MD5 where it names no algorithm', () => {
    expect(parseChallenge('Digest realm="x", nonce="n"')).toMatchObject({
      algorithm: 'MD5',
      algorithmNamed: false,
    });
  });
});

describe('selectChallenges, RFC 8760 §2.4', () => {
  const sha = createChallenge({ realm, nonce, algorithm: 'SHA-256' });
  const md5 = createChallenge({ realm, nonce, algorithm: 'MD5' });
  const other = createChallenge({ realm: 'fabrikam.example', nonce, algorithm: 'SHA-256' });

  it('takes the topmost known one of each realm', () => {
    expect(selectChallenges([sha, md5, other]).map((one) => [one.realm, one.algorithm])).toEqual([
      [realm, 'SHA-256'],
      ['fabrikam.example', 'SHA-256'],
    ]);
  });

  it('never takes MD5 unless the client names it', () => {
    expect(selectChallenges([md5])).toEqual([]);
    expect(selectChallenges([md5, sha])).toMatchObject([{ algorithm: 'SHA-256' }]);
    expect(selectChallenges([md5, sha], ['MD5'])).toMatchObject([{ algorithm: 'MD5' }]);
  });

  it('passes over one that offers only integrity protection', () => {
    expect(selectChallenges([sha.replace('qop="auth"', 'qop="auth-int"')])).toEqual([]);
    expect(selectChallenges([sha.replace('qop="auth"', 'qop="auth-int, auth"')])).toHaveLength(1);
  });
});

describe('answerChallenge and verifyAuthorization', () => {
  it.each(['SHA-256', 'SHA-512-256', 'MD5'] as const)(
    'agree with %s, opaque and odd characters included',
    (algorithm) => {
      expect(check(answer(algorithm))).toEqual({
        ok: true,
        username: 'alice',
        realm,
        algorithm,
        nonceCreatedAt: now,
      });
      expect(parseAuthorization(answer(algorithm))).toMatchObject({
        opaque: 'o"1',
        cnonce: 'c"1',
        nonceCount: '00000001',
      });
    },
  );

  it('quote what RFC 7616 §3.4 wants quoted, and nothing else', () => {
    expect(answer()).toMatch(
      / response="[0-9a-f]{64}", algorithm=SHA-256, cnonce="c\\"1", opaque="o\\"1", qop=auth, nc=00000001$/,
    );
  });

  it('agree whatever username, password and realm are', () => {
    const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' });
    fc.assert(
      fc.property(text, fc.string(), text, (username, password, name) => {
        const made = createNonce({ now, key, salt, realm: name });
        const challenge = parseChallenge(
          createChallenge({ realm: name, nonce: made, algorithm: 'SHA-256' }),
        )!;
        const value = answerChallenge(
          challenge,
          { method: 'REGISTER', uri },
          { username, password },
          { cnonce: 'c', nonceCount: 1 },
        );
        const record = createCredentialRecord({ username, realm: name, password });
        return check(value, { realm: name, record }).ok;
      }),
      { numRuns: 200 },
    );
  });

  it('answer with a record instead of a password, and only for its realm and algorithm', () => {
    const record = createCredentialRecord({ ...user, realm });
    const use = { cnonce: 'c', nonceCount: 1 };
    expect(check(answerChallenge(challengeOf(), { method: 'REGISTER', uri }, record, use)).ok).toBe(true);
    const fault = expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT' });
    expect(() => answerChallenge(challengeOf('MD5'), { method: 'REGISTER', uri }, record, use)).toThrow(
      fault,
    );
    expect(() =>
      answerChallenge(challengeOf(), { method: 'REGISTER', uri }, user, { cnonce: 'c', nonceCount: 0 }),
    ).toThrow(fault);
  });

  it.each<[string, string, Partial<VerifyOptions>, (value: string) => string]>([
    ['wrong-response', 'another method', { method: 'INVITE' }, (value) => value],
    ['wrong-response', 'another cnonce', {}, (value) => value.replace('cnonce="c', 'cnonce="d')],
    ['wrong-response', 'another count', {}, (value) => value.replace('nc=00000001', 'nc=00000002')],
    ['wrong-response', 'a shorter response', {}, (value) => value.replace(/response="../, 'response="')],
    ['realm-mismatch', 'another realm', { realm: 'fabrikam.example' }, (value) => value],
    ['uri-mismatch', 'another digest-uri', {}, (value) => value.replace(`uri="${uri}"`, 'uri="sip:x"')],
    ['unknown-user', 'no such user', { record: undefined }, (value) => value],
    [
      'unknown-user',
      'the record of another user',
      { record: createCredentialRecord({ ...user, username: 'bob', realm }) },
      (value) => value,
    ],
    ['algorithm-not-allowed', 'an unknown algorithm', {}, (value) => value.replace('=SHA-256', '=SHA-1')],
    [
      'algorithm-not-allowed',
      'no verifier for it',
      { record: createCredentialRecord({ ...user, realm }, ['MD5']) },
      (value) => value,
    ],
    ['forged-nonce', 'a foreign nonce', { nonceKey: new Uint8Array(32).fill(9) }, (value) => value],
    ['stale-nonce', 'an old nonce', { now: now + lifetimeMs + 1 }, (value) => value],
    ['malformed', 'no quality of protection', {}, (value) => value.replace(', qop=auth, nc=00000001', '')],
    [
      'malformed',
      'integrity protection, which was not offered',
      {},
      (value) => value.replace('qop=auth', 'qop=auth-int'),
    ],
    ['malformed', 'a count of zero', {}, (value) => value.replace('nc=00000001', 'nc=00000000')],
  ])('refuse with %s: %s', (fault, _, options, change) => {
    expect(check(change(answer()), options)).toEqual({ ok: false, fault });
  });

  it('refuse the same use twice', () => {
    const window = new ReplayWindow({ lifetimeMs });
    expect(check(answer(), { window }).ok).toBe(true);
    expect(check(answer(), { window })).toEqual({ ok: false, fault: 'replayed' });
    expect(check(answer('SHA-256', 2), { window }).ok).toBe(true);
  });

  it('let no wrong response into the window', () => {
    const window = new ReplayWindow({ lifetimeMs });
    check(answer(), { window, method: 'INVITE' });
    expect(window.size).toBe(0);
  });

  it('see credentials of another scheme', () => {
    expect(parseAuthorization('Bearer token=x')).toBe('other-scheme');
  });
});
