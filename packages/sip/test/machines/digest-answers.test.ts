import { createHash } from 'node:crypto';
import {
  answerChallenge,
  createAuthenticationInfo,
  createChallenge,
  createCredentialRecord,
  createNonce,
  type DigestAlgorithm,
  hashUsername,
  parseAuthorization,
  parseChallenge,
  ReplayWindow,
  selectChallenges,
  type VerifyOptions,
  verifyAuthenticationInfo,
  verifyAuthorization,
} from '@entente/sip';
import { describe, expect, it } from 'vitest';

const now = 1_700_000_000_000;
const key = new Uint8Array(32).fill(1);
const realm = 'contoso.example';
const uri = 'sip:contoso.example';
const lifetimeMs = 300_000;
const user = { username: 'alice', password: 'geheim ü' };
const record = createCredentialRecord({ ...user, realm }, ['SHA-256', 'SHA-512-256', 'MD5']);
const nonce = createNonce({ now, key, salt: new Uint8Array(8), realm });
const text = (value: string) => Buffer.from(value);

type Offer = Omit<Parameters<typeof createChallenge>[0], 'realm' | 'nonce' | 'algorithm'> & {
  readonly algorithm?: DigestAlgorithm;
};

const challengeOf = (offer: Offer = {}) =>
  parseChallenge(createChallenge({ realm, nonce, algorithm: 'SHA-256', ...offer }))!;

function answer(offer: Offer, body?: Uint8Array, nonceCount = 1) {
  const request = { method: 'MESSAGE', uri, body };
  return answerChallenge(challengeOf(offer), request, user, { cnonce: 'c1', nonceCount });
}

function read(value: string) {
  const found = parseAuthorization(value);
  if (typeof found !== 'object') throw new Error('expected digest credentials');
  return found;
}

const verify = (value: string, changes: Partial<VerifyOptions> = {}) =>
  verifyAuthorization(read(value), {
    method: 'MESSAGE',
    realm,
    record,
    uriMatches: (found) => found === uri,
    now,
    nonceKey: key,
    nonceLifetimeMs: lifetimeMs,
    window: new ReplayWindow({ lifetimeMs }),
    ...changes,
  });

describe('the examples of RFC 7616 §3.9', () => {
  const challenge = (algorithm: string) =>
    parseChallenge(
      `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, ` +
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
    )!;
  const secret = { username: 'Mufasa', password: 'Circle of Life' };
  const use = { cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ', nonceCount: 1 };

  it.each([
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ])('§3.9.1: the response with %s is the printed one', (algorithm, response) => {
    const value = answerChallenge(
      challenge(algorithm),
      { method: 'GET', uri: '/dir/index.html' },
      secret,
      use,
    );
    expect(read(value).response).toBe(response);
  });

  // The RFC prints values of SHA-512 cut to 256 bits (an erratum says so); these are of SHA-512/256, made step by step.
  it('§3.9.2: username and response with SHA-512-256 are made as the section says', () => {
    const hash = (value: string) => createHash('sha512-256').update(value).digest('hex');
    const doe = { username: 'J\u00e4s\u00f8n Doe', password: 'Secret, or not?' };
    const given = parseChallenge(
      'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, ' +
        'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", charset=UTF-8, userhash=true',
    )!;
    const cnonce = 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v';
    const value = read(
      answerChallenge(given, { method: 'GET', uri: '/doe.json' }, doe, { cnonce, nonceCount: 1 }),
    );
    const ha1 = hash(`${doe.username}:api@example.org:${doe.password}`);
    expect(value).toMatchObject({
      userhash: true,
      username: hash(`${doe.username}:api@example.org`),
      response: hash(`${ha1}:${given.nonce}:00000001:${cnonce}:auth:${hash('GET:/doe.json')}`),
    });
  });
});

describe('a digest', () => {
  const digests = { 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256', MD5: 'md5' } as const;
  const expected = (algorithm: DigestAlgorithm, method: string, uri: string, nonceCount: string): string => {
    const h = (value: string): string => createHash(digests[algorithm]).update(value).digest('hex');
    const ha1 = h(`${user.username}:${realm}:${user.password}`);
    return h(`${ha1}:${nonce}:${nonceCount}:c1:auth:${h(`${method}:${uri}`)}`);
  };
  const found = (algorithm: DigestAlgorithm, method: string, uri: string): string | undefined => {
    const options = { cnonce: 'c1', nonceCount: 1 };
    const value = answerChallenge(challengeOf({ algorithm }), { method, uri }, user, options);
    const authorization = parseAuthorization(value);
    return typeof authorization === 'object' ? authorization.response : undefined;
  };

  it('is of its own algorithm, method and URI, whichever were used before it', () => {
    for (let round = 0; round < 2; round++) {
      for (const algorithm of Object.keys(digests) as DigestAlgorithm[]) {
        for (const method of ['MESSAGE', 'INVITE']) {
          for (const target of [uri, 'sip:bob@contoso.example']) {
            expect(found(algorithm, method, target)).toBe(expected(algorithm, method, target, '00000001'));
          }
        }
      }
    }
  });

  it('is right for more URIs than are kept, and for a long one', () => {
    for (const count of Array.from({ length: 1_100 }, (_, index) => index % 600)) {
      const target = `sip:user${count}@contoso.example`;
      expect(found('SHA-256', 'MESSAGE', target)).toBe(expected('SHA-256', 'MESSAGE', target, '00000001'));
    }
    const long = `sip:${'a'.repeat(1_000)}@contoso.example`;
    expect(found('SHA-256', 'MESSAGE', long)).toBe(expected('SHA-256', 'MESSAGE', long, '00000001'));
  });
});

describe('auth-int, RFC 7616 §3.4.3', () => {
  const offer = { qop: ['auth', 'auth-int'] } as const;

  it.each(['SHA-256', 'SHA-512-256', 'MD5'] as const)('covers the body with %s', (algorithm) => {
    const value = answer({ ...offer, algorithm }, text('hello'));
    expect(read(value).qop).toBe('auth-int');
    expect(verify(value, { body: text('hello') })).toMatchObject({ ok: true, username: 'alice' });
    expect(verify(value, { body: text('hallo') })).toEqual({ ok: false, fault: 'wrong-response' });
  });

  it('takes no body for an empty one (RFC 8760 §2.6 bullet 7)', () => {
    const value = answer(offer, new Uint8Array(0));
    expect(read(value).qop).toBe('auth-int');
    expect(verify(value, { body: new Uint8Array(0) }).ok).toBe(true);
  });

  it('is used only where it is offered and there is a body to cover', () => {
    expect(read(answer(offer)).qop).toBe('auth');
    expect(read(answer({}, text('hello'))).qop).toBe('auth');
    expect(verify(answer(offer), { body: text('hello') }).ok).toBe(true);
  });

  it('is refused by a server that has no body to hold it against', () => {
    expect(verify(answer(offer, text('hello')))).toEqual({ ok: false, fault: 'malformed' });
  });

  it('alone is answered only by a client that can, and never without the body', () => {
    const only = createChallenge({ realm, nonce, algorithm: 'SHA-256', qop: ['auth-int'] });
    expect(selectChallenges([only])).toEqual([]);
    expect(selectChallenges([only], ['SHA-256'], ['auth', 'auth-int'])).toHaveLength(1);
    expect(() => answer({ qop: ['auth-int'] })).toThrow(
      expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT' }),
    );
    expect(verify(answer({ qop: ['auth-int'] }, text('x')), { body: text('x') }).ok).toBe(true);
  });

  it('is not what a relabelled auth says', () => {
    const value = answer(offer).replace('qop=auth', 'qop=auth-int');
    expect(verify(value, { body: text('hello') })).toEqual({ ok: false, fault: 'wrong-response' });
  });
});

describe('a challenge without quality of protection', () => {
  it('means auth, and is answered with it (RFC 8760 §2.6 bullet 8)', () => {
    const value = createChallenge({ realm, nonce, algorithm: 'SHA-256' }).replace(', qop="auth"', '');
    const [chosen] = selectChallenges([value]);
    expect(chosen).toMatchObject({ qopAuth: true, qopAuthInt: false });
    const answered = answerChallenge(chosen!, { method: 'MESSAGE', uri }, user, {
      cnonce: 'c',
      nonceCount: 1,
    });
    expect(read(answered)).toMatchObject({ qop: 'auth', nonceCount: '00000001' });
    expect(verify(answered).ok).toBe(true);
  });
});

describe('userhash, RFC 7616 §3.4.4', () => {
  it.each(['SHA-256', 'SHA-512-256'] as const)('hides the username with %s', (algorithm) => {
    const value = answer({ userhash: true, algorithm });
    expect(value).not.toContain('alice');
    expect(read(value)).toMatchObject({
      userhash: true,
      username: hashUsername(algorithm, 'alice', realm),
    });
    expect(verify(value)).toMatchObject({ ok: true, username: 'alice' });
  });

  it('names nobody else: a hash of another name, or in the clear where it says hashed', () => {
    const value = answer({ userhash: true });
    const bob = createCredentialRecord({ username: 'bob', realm, password: user.password });
    expect(verify(value, { record: bob })).toEqual({ ok: false, fault: 'unknown-user' });
    expect(verify(`${answer({})}, userhash=true`)).toEqual({ ok: false, fault: 'unknown-user' });
    expect(verify(value.replace(', userhash=true', ''))).toEqual({ ok: false, fault: 'unknown-user' });
  });
});

describe('username*, RFC 7616 §3.4', () => {
  const extended = (form: string) => answer({}).replace('username="alice"', `username*=${form}`);

  it('is decoded', () => {
    expect(read(extended("UTF-8''%61lice")).username).toBe('alice');
    expect(verify(extended("utf-8'en'alice")).ok).toBe(true);
    expect(read(extended("UTF-8''J%C3%A4n")).username).toBe('J\u00e4n');
  });

  it.each(["ISO-8859-1''alice", "UTF-8'alice", "UTF-8''%6", "UTF-8''%ff", 'alice'])(
    'is refused as %s',
    (form) => {
      expect(parseAuthorization(extended(form))).toBeUndefined();
    },
  );

  it('is malformed beside username or userhash', () => {
    expect(parseAuthorization(`${answer({})}, username*=UTF-8''alice`)).toBeUndefined();
    expect(parseAuthorization(`${extended("UTF-8''alice")}, userhash=true`)).toBeUndefined();
  });
});

describe('Authentication-Info, RFC 7616 §3.5', () => {
  it.each(['SHA-256', 'SHA-512-256', 'MD5'] as const)(
    'proves with %s that the server knows the secret',
    (algorithm) => {
      const sent = answer({ algorithm });
      const info = createAuthenticationInfo(read(sent), record);
      expect(info).toMatch(/^qop=auth, rspauth="[0-9a-f]{32,64}", cnonce="c1", nc=00000001$/);
      expect(verifyAuthenticationInfo(info, sent, user)).toEqual({ ok: true, nextNonce: undefined });
      expect(verifyAuthenticationInfo(info, sent, record).ok).toBe(true);
    },
  );

  it('is made over an empty method, as its section says', () => {
    const hash = (value: string) => createHash('sha256').update(value).digest('hex');
    const digest = hash(`${record.ha1['SHA-256']}:${nonce}:00000001:c1:auth:${hash(`:${uri}`)}`);
    expect(createAuthenticationInfo(read(answer({})), record)).toContain(`rspauth="${digest}"`);
  });

  it('covers the body of the answer where the client asked for auth-int', () => {
    const sent = answer({ qop: ['auth-int'] }, text('hello'));
    const info = createAuthenticationInfo(read(sent), record, { body: text('welcome') });
    expect(verifyAuthenticationInfo(info, sent, user, text('welcome')).ok).toBe(true);
    expect(verifyAuthenticationInfo(info, sent, user, text('go away'))).toEqual({
      ok: false,
      fault: 'wrong-proof',
    });
  });

  it('hands over the next nonce, with which counts begin again', () => {
    const sent = answer({});
    const nextNonce = createNonce({ now: now + 1, key, salt: new Uint8Array(8), realm });
    const verdict = verifyAuthenticationInfo(
      createAuthenticationInfo(read(sent), record, { nextNonce }),
      sent,
      user,
    );
    expect(verdict).toEqual({ ok: true, nextNonce });
    const window = new ReplayWindow({ lifetimeMs });
    expect(verify(sent, { window }).ok).toBe(true);
    const next = { ...challengeOf(), nonce: nextNonce };
    const again = answerChallenge(next, { method: 'MESSAGE', uri }, user, { cnonce: 'c2', nonceCount: 1 });
    expect(verify(again, { window, now: now + 1 }).ok).toBe(true);
  });

  const sent = answer({});
  const info = createAuthenticationInfo(read(sent), record, { nextNonce: 'n2' });

  it.each([
    ['wrong-proof', 'of somebody who does not know the secret', info.replace(/rspauth="../, 'rspauth="zz')],
    ['wrong-proof', 'that is shorter', info.replace(/rspauth="../, 'rspauth="')],
    ['no-proof', 'without rspauth', info.replace(/rspauth="[^"]*", /, '')],
    ['no-proof', 'with a nonce alone', 'nextnonce="n3"'],
    ['other-request', 'to another cnonce', info.replace('cnonce="c1"', 'cnonce="c2"')],
    ['other-request', 'to another count', info.replace('nc=00000001', 'nc=00000002')],
    ['other-request', 'of another quality of protection', info.replace('qop=auth', 'qop=auth-int')],
    ['malformed', 'with an open quote', 'rspauth="a'],
    ['malformed', 'without a count', info.replace(', nc=00000001', '')],
    ['malformed', 'with an unknown quality of protection', info.replace('qop=auth', 'qop=more')],
    ['malformed', 'with one parameter twice', `${info}, nc=00000001`],
    ['malformed', 'that is empty', ''],
  ])('is refused with %s: one %s', (fault, _, value) => {
    expect(verifyAuthenticationInfo(value, sent, user)).toEqual({ ok: false, fault });
  });

  it('is not what the request said: a server cannot give the response back', () => {
    const echo = info.replace(/rspauth="[^"]*"/, `rspauth="${read(sent).response}"`);
    expect(verifyAuthenticationInfo(echo, sent, user)).toEqual({ ok: false, fault: 'wrong-proof' });
  });

  it('is made and checked only with what belongs to it', () => {
    const fault = expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT' });
    expect(() => verifyAuthenticationInfo(info, 'Bearer x', user)).toThrow(fault);
    const bare = read(sent.replace(', qop=auth, nc=00000001', ''));
    expect(() => createAuthenticationInfo(bare, record)).toThrow(fault);
  });
});
