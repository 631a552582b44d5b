import { ReplayWindow } from '@entente/sip';
import {
  type Authentication,
  authenticate,
  claimedUsername,
  GuessLimit,
  type RequestRefusal,
  responseForRefusal,
} from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { answered, authenticationOptions, now, request } from './fixtures.ts';

const user = { username: 'alice', password: 'secret' };

function refusalOf(result: Authentication): RequestRefusal {
  if (result.outcome === 'authenticated') throw new Error('expected a refusal');
  return result.refusal;
}

describe('authenticate (RFC 3261 §16.3 step 6, §22.3)', () => {
  it('challenges a request without credentials with 407 and SHA-256 alone', () => {
    const refusal = refusalOf(authenticate(request(), authenticationOptions()));
    expect(refusal).toMatchObject({ status: 407, reason: 'authentication-required' });
    expect(refusal.headers).toHaveLength(1);
    expect(String(refusal.headers[0]![1])).toMatch(
      /^Digest realm="contoso\.example", nonce="[\w-]{40}", algorithm=SHA-256, qop="auth"$/,
    );
  });

  it('challenges REGISTER with 401 and WWW-Authenticate', () => {
    const refusal = refusalOf(authenticate(request({ method: 'REGISTER' }), authenticationOptions()));
    expect(refusal.status).toBe(401);
    const response = responseForRefusal(request({ method: 'REGISTER' }), refusal, 'zz');
    expect(response.get('WWW-Authenticate')).toContain('Digest');
  });

  it('accepts the right answer and says who it is', () => {
    const options = authenticationOptions();
    const first = refusalOf(authenticate(request(), options));
    expect(authenticate(answered(request(), first, user), options)).toEqual({
      outcome: 'authenticated',
      user: { username: 'alice', realm: 'contoso.example', algorithm: 'SHA-256', challengedAt: now },
    });
  });

  it('looks at four credentials of one realm at most, and refuses more with 400', () => {
    const options = authenticationOptions();
    const one =
      'Digest username="alice", realm="contoso.example", nonce="n", uri="sip:x", response="0", algorithm=SHA-256, qop=auth, nc=00000001, cnonce="c"';
    const asked: string[] = [];
    const credentials = (username: string, realm: string) => {
      asked.push(username);
      return options.credentials(username, realm);
    };
    const message = request({
      headers: Array.from({ length: 240 }, () => ['Proxy-Authorization', one] as const),
    });
    expect(refusalOf(authenticate(message, { ...options, credentials }))).toMatchObject({
      status: 400,
      reason: 'malformed-request',
    });
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  it('compares no URIs for credentials whose nonce is not ours', () => {
    const uri = `sip:bob@contoso.example${Array.from({ length: 1_000 }, (_, i) => `;p${i}=1`).join('')}`;
    const other = uri.replace(';p0=1', ';p0=2');
    const message = request({
      uri,
      headers: {
        'Proxy-Authorization': `Digest username="alice", realm="contoso.example", nonce="n", uri="${other}", response="0", algorithm=SHA-256, qop=auth, nc=00000001, cnonce="c"`,
      },
    });
    // A comparison would find the two different, and say 400.
    expect(refusalOf(authenticate(message, authenticationOptions())).status).toBe(407);
  });

  it('refuses even the right password while its sender must wait, and names the user for the log', () => {
    const options = { ...authenticationOptions(), guesses: new GuessLimit(), address: '192.0.2.1' };
    const first = refusalOf(authenticate(request(), options));
    for (let time = 0; time < 5; time++) {
      const wrong = authenticate(answered(request(), first, { ...user, password: `guess ${time}` }), options);
      expect(refusalOf(wrong)).toMatchObject({ reason: 'credentials-not-accepted', user: 'alice' });
    }
    expect(refusalOf(authenticate(answered(request(), first, user), options))).toMatchObject({
      status: 403,
      reason: 'too-many-attempts',
      user: 'alice',
      headers: [['Retry-After', 1]],
    });
    const waited = { ...options, now: options.now + 1_000 };
    expect(authenticate(answered(request(), first, user), waited).outcome).toBe('authenticated');
  });

  it('accepts a rising nonce count and refuses a repeated one', () => {
    const options = authenticationOptions();
    const first = refusalOf(authenticate(request(), options));
    expect(authenticate(answered(request(), first, user), options).outcome).toBe('authenticated');
    expect(refusalOf(authenticate(answered(request(), first, user), options)).reason).toBe(
      'credentials-not-accepted',
    );
    expect(authenticate(answered(request(), first, user, { nonceCount: 2 }), options).outcome).toBe(
      'authenticated',
    );
  });

  it('challenges a wrong password and an unknown user in the same words', () => {
    const options = authenticationOptions();
    const first = refusalOf(authenticate(request(), options));
    const wrong = refusalOf(authenticate(answered(request(), first, { ...user, password: 'no' }), options));
    const unknown = refusalOf(
      authenticate(answered(request(), first, { username: 'eve', password: 'no' }), options),
    );
    expect(wrong.reason).toBe('credentials-not-accepted');
    // The name that the log gets is the sender's own.
    expect({ ...wrong, headers: [], user: '' }).toEqual({ ...unknown, headers: [], user: '' });
  });

  it('challenges again with stale=true where only the nonce is too old', () => {
    const window = new ReplayWindow({ lifetimeMs: 300_000 });
    const first = refusalOf(authenticate(request(), authenticationOptions({ window })));
    const late = authenticationOptions({ window, now: now + 300_001 });
    expect(String(refusalOf(authenticate(answered(request(), first, user), late)).headers[0]![1])).toMatch(
      /stale=true$/,
    );
  });

  it('does not say stale where the password is wrong too', () => {
    const window = new ReplayWindow({ lifetimeMs: 300_000 });
    const first = refusalOf(authenticate(request(), authenticationOptions({ window })));
    const late = authenticationOptions({ window, now: now + 300_001 });
    const refusal = refusalOf(authenticate(answered(request(), first, { ...user, password: 'no' }), late));
    expect(String(refusal.headers[0]![1])).not.toContain('stale');
  });

  it('refuses a nonce made with another key', () => {
    const first = refusalOf(
      authenticate(request(), authenticationOptions({ nonceKey: new Uint8Array(32).fill(9) })),
    );
    const refusal = refusalOf(authenticate(answered(request(), first, user), authenticationOptions()));
    expect(refusal.message).toContain('did not issue');
  });

  it('refuses with 400 a digest over another Request-URI', () => {
    const options = authenticationOptions();
    const first = refusalOf(authenticate(request(), options));
    const moved = answered(request(), first, user, { uri: 'sip:mallory@contoso.example' });
    expect(refusalOf(authenticate(moved, options))).toMatchObject({
      status: 400,
      reason: 'malformed-request',
    });
  });

  it('refuses with 400 credentials without quality of protection', () => {
    const value =
      'Digest username="alice", realm="contoso.example", nonce="n", uri="sip:bob@contoso.example", response="00", algorithm=SHA-256';
    const bare = request({ headers: { 'Proxy-Authorization': value } });
    expect(refusalOf(authenticate(bare, authenticationOptions()))).toMatchObject({ status: 400 });
  });

  it('passes over credentials for another realm', () => {
    const value = 'Digest username="alice", realm="fabrikam.example", nonce="n", uri="sip:x", response="00"';
    const other = request({ headers: { 'Proxy-Authorization': value } });
    expect(refusalOf(authenticate(other, authenticationOptions()))).toMatchObject({
      status: 407,
      reason: 'authentication-required',
    });
  });

  it('takes the digest of one method for no other', () => {
    const options = authenticationOptions();
    const first = refusalOf(authenticate(request(), options));
    const message = answered(request(), first, user);
    const stolen = request({
      method: 'INVITE',
      headers: { 'Proxy-Authorization': message.get('Proxy-Authorization')! },
    });
    expect(refusalOf(authenticate(stolen, options)).reason).toBe('credentials-not-accepted');
  });
});

describe('MD5', () => {
  const asBob = request({ from: '<sip:bob@contoso.example>;tag=b1' });
  const bobUser = { username: 'bob', password: 'other' };
  const allowed = () => authenticationOptions({ allowMd5For: (username) => username === 'bob' });

  it('is never offered by default, even to a user with a verifier', () => {
    expect(refusalOf(authenticate(asBob, authenticationOptions())).headers).toHaveLength(1);
  });

  it('is not offered to a name that nobody has, which is challenged as a user without it', () => {
    const asNobody = request({ from: '<sip:nobody@contoso.example>;tag=n1' });
    const [nobody, alice] = [asNobody, request()].map((one) => {
      const { headers, ...said } = refusalOf(authenticate(one, allowed()));
      return { ...said, headers: headers.map(([, value]) => String(value).replace(/nonce="[^"]+"/, '')) };
    });
    expect(nobody).toEqual(alice);
    expect(nobody?.headers).toHaveLength(1);
  });

  it('is the second challenge for a user it is allowed for', () => {
    const { headers } = refusalOf(authenticate(asBob, allowed()));
    expect(headers.map(([, value]) => /algorithm=([\w-]+)/.exec(String(value))![1])).toEqual([
      'SHA-256',
      'MD5',
    ]);
    expect(refusalOf(authenticate(request(), allowed())).headers).toHaveLength(1);
  });

  it('is accepted from that user', () => {
    const options = allowed();
    const first = refusalOf(authenticate(asBob, options));
    const result = authenticate(answered(asBob, first, bobUser, { algorithms: ['MD5'] }), options);
    expect(result).toMatchObject({ outcome: 'authenticated', user: { username: 'bob', algorithm: 'MD5' } });
  });

  it('is refused where it is not allowed, whatever verifier is stored', () => {
    const first = refusalOf(authenticate(asBob, allowed()));
    const md5 = answered(asBob, first, bobUser, { algorithms: ['MD5'] });
    expect(refusalOf(authenticate(md5, authenticationOptions()))).toMatchObject({
      status: 407,
      reason: 'algorithm-not-allowed',
    });
  });

  it('is refused for a user without an MD5 verifier, even where allowed for everybody', () => {
    const options = authenticationOptions({ allowMd5For: () => true });
    const first = refusalOf(authenticate(request(), options));
    const md5 = answered(request(), first, user, { algorithms: ['MD5'] });
    expect(refusalOf(authenticate(md5, options)).reason).toBe('algorithm-not-allowed');
  });
});

describe('claimedUsername', () => {
  it('is the user of From where there are no credentials', () => {
    expect(claimedUsername(request(), 'contoso.example')).toBe('alice');
  });

  it('is the username of the credentials for the realm', () => {
    const value = 'Digest username="bob", realm="contoso.example", nonce="n", uri="sip:x", response="00"';
    expect(claimedUsername(request({ headers: { Authorization: value } }), 'contoso.example')).toBe('bob');
  });
});
