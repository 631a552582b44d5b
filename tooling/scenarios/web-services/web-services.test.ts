import { webLimits } from '@entente/accounts/web';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  domain,
  firstPassword,
  outsideName,
  startWebNetwork,
  type WebNetwork,
} from './testing/web-network.ts';

let network: WebNetwork;
beforeAll(async () => {
  network = await startWebNetwork({ crowd: 25 });
});
afterAll(() => network?.[Symbol.asyncDispose]());

const alice = `alice@${domain}`;

async function signedIn(name = 'alice', password = firstPassword) {
  const user = network.user();
  expect(await user.signIn(`${name}@${domain}`, password)).toMatchObject({ status: 200 });
  return user;
}

describe('a user signs in at web services', () => {
  it('with the password that the front end has a verifier of, and has a session until signing out', async () => {
    const user = network.user();
    const answer = await user.signIn(alice, firstPassword);
    expect(answer).toMatchObject({ status: 200, json: { address: alice } });
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-entente-session=[\w-]+\.[\w-]+; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
      ),
    ]);
    expect(answer.text).not.toContain(user.cookie.split('.')[1]);
    expect(await user.get('/api/session')).toMatchObject({ status: 200, json: { address: alice } });
    const { cookie } = user;
    expect(await user.post('/api/sign-out', {})).toMatchObject({ status: 204 });
    expect(user.cookie).toBe('');
    user.cookie = cookie;
    expect(await user.get('/api/session')).toMatchObject({ status: 401, json: { reason: 'signed-out' } });
  });

  it('is not told whether the name or the password was wrong', async () => {
    const wrong = await network.user().signIn(alice, 'another password');
    const unknown = await network.user().signIn(`nobody@${domain}`, 'another password');
    const elsewhere = await network.user().signIn('alice@fabrikam.example', firstPassword);
    expect(wrong).toMatchObject({ status: 401, json: { reason: 'credentials-not-accepted' } });
    expect([unknown.text, elsewhere.text]).toEqual([wrong.text, wrong.text]);
  });

  it('with nothing but a token that a front end has sealed', async () => {
    const user = await signedIn();
    const [name = '', value = ''] = user.cookie.split('=');
    const [address = '', token = ''] = value.split('.');
    const changed = Buffer.from(token, 'base64url');
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    const other = Buffer.from(`bob@${domain}`).toString('base64url');
    for (const forged of [
      `${address}.${changed.toString('base64url')}`,
      `${address}.`,
      `${address}.${token}.x`,
      token,
    ]) {
      user.cookie = `${name}=${forged}`;
      expect(await user.get('/api/session')).toMatchObject({ status: 401 });
    }
    // Whose it claims to be leads the way only: it stays alice's.
    user.cookie = `${name}=${other}.${token}`;
    expect(await user.get('/api/session')).toMatchObject({ status: 200, json: { address: alice } });
  });

  it.each(['', domain, `@${domain}`, 'alice@northwind.example'])(
    'is over at once, and taken from the browser, where no front end of ours has the user: "%s"',
    async (address) => {
      const user = network.user();
      const cookie = `__Host-entente-session=${Buffer.from(address).toString('base64url') || 'x'}.y`;
      const answers = [
        () => user.get('/api/session'),
        () => user.get('/api/devices'),
        () => user.get('/api/people?q=alice'),
        () => user.post('/api/sign-out', {}),
        () => user.post('/api/devices/sign-out', { device: 'x' }),
        () => user.post('/api/password', { password: firstPassword, newPassword: `${firstPassword}!` }),
      ];
      for (const ask of answers) {
        user.cookie = cookie;
        expect(await ask()).toMatchObject({ status: 401, json: { reason: 'signed-out' } });
        expect(user.cookie).toBe('');
      }
    },
  );

  it('and is signed out once the account is disabled', async () => {
    const user = await signedIn('carol');
    network.directory.disable('carol');
    expect(await user.get('/api/session')).toMatchObject({ status: 401, json: { reason: 'signed-out' } });
    expect(await network.user().signIn(`carol@${domain}`, firstPassword)).toMatchObject({
      status: 403,
      json: { reason: 'account-disabled' },
    });
  });
});

describe('a change', () => {
  it('is refused without the value of the session that a page of ours was told', async () => {
    const user = await signedIn();
    const { csrf } = await signedIn();
    const changes: readonly (readonly [string, object])[] = [
      ['/api/sign-out', {}],
      ['/api/devices/sign-out', { device: 'AAAAAAAAAAAA' }],
      ['/api/password', { password: firstPassword, newPassword: firstPassword }],
    ];
    for (const [path, body] of changes)
      for (const value of ['', 'another', csrf]) {
        const answer = await user.post(path, body, { 'entente-csrf': value });
        expect(answer, path).toMatchObject({ status: 403, json: { reason: 'csrf-mismatch' } });
      }
    expect(await user.get('/api/session')).toMatchObject({ status: 200 });
  });

  it('is refused where a page of somebody else has made the browser send it', async () => {
    const user = await signedIn();
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ])
      expect(await user.post('/api/sign-out', {}, headers as Record<string, string>)).toMatchObject({
        status: 403,
        json: { reason: 'other-origin' },
      });
    const body = JSON.stringify({ address: alice, password: firstPassword });
    const form = { 'content-type': 'text/plain' };
    expect(await network.user().post('/api/sign-in', body, form)).toMatchObject({ status: 400 });
  });
});

describe('a search of the address book', () => {
  it('finds enabled users of the own domain by the beginning of a name or of a part of it', async () => {
    const user = await signedIn();
    expect((await user.get('/api/people?q=bob')).json).toEqual({
      people: [{ address: `bob.smith@${domain}` }, { address: `bob@${domain}` }],
      isComplete: true,
    });
    expect((await user.get('/api/people?q=SMITH')).json.people).toHaveLength(2);
    network.directory.disable('Smithers');
    expect((await user.get('/api/people?q=smith')).json.people).toEqual([{ address: `bob.smith@${domain}` }]);
  });

  it('is refused for fewer characters, finds few at once, and is refused to somebody who has not signed in', async () => {
    const user = await signedIn();
    for (const query of ['', '?q=', '?q=bo', '?q=%20b%20'])
      expect(await user.get(`/api/people${query}`)).toMatchObject({
        status: 400,
        json: { reason: 'search-too-short' },
      });
    const { json } = await user.get('/api/people?q=crowd');
    expect([json.people.length, json.isComplete]).toEqual([webLimits.peopleFound, false]);
    expect(await network.user().get('/api/people?q=bob')).toMatchObject({ status: 401 });
  });

  it('is refused after so many that nobody reads the whole book', async () => {
    const user = await signedIn('bob.smith');
    let found = 0;
    let last = await user.get('/api/people?q=bob');
    for (; last.status === 200 && found < 200; found++) last = await user.get('/api/people?q=bob');
    expect(last).toMatchObject({ status: 429, json: { reason: 'throttled' } });
    expect(last.headers['retry-after']).toMatch(/^\d+$/);
    expect(found).toBeLessThan(100);
  });
});

describe('the devices of a user', () => {
  it('are listed with where they are, and to their user alone', async () => {
    await network.telephone('alice', 'fe1');
    const { json } = await (await signedIn()).get('/api/devices');
    expect(json.devices).toEqual([
      {
        id: expect.stringMatching(/^[\w-]{12}$/),
        contact: expect.stringContaining('alice-'),
        isOutside: false,
        registered: expect.stringMatching(/Z$/),
        expires: expect.stringMatching(/Z$/),
      },
    ]);
    expect((await (await signedIn('bob')).get('/api/devices')).json.devices).toEqual([]);
  });

  it.each(['fe1', 'fe2'] as const)(
    'end at once: one that is signed out is not reached any more, at %s',
    async (at) => {
      const telephone = await network.telephone('bob', at);
      const sender = await network.telephone('alice', 'fe1');
      expect((await sender.message(`sip:bob@${domain}`, 'one')).status).toBe(200);
      const user = await signedIn('bob');
      const [device] = (await user.get('/api/devices')).json.devices;
      const other = await signedIn('alice');
      await other.post('/api/devices/sign-out', { device: device.id });
      expect((await user.get('/api/devices')).json.devices).toHaveLength(1);
      expect(await user.post('/api/devices/sign-out', { device: device.id })).toMatchObject({ status: 204 });
      expect((await user.get('/api/devices')).json.devices).toEqual([]);
      expect((await sender.message(`sip:bob@${domain}`, 'two')).status).toBe(480);
      await telephone.register(0);
    },
  );
});

describe('a change of the password', () => {
  it('needs the present one, is in force at once, and ends every session but the one it was changed in', async () => {
    const user = await signedIn('bob');
    const elsewhere = await signedIn('bob');
    const next = 'an entirely new one';
    const wrong = await user.post('/api/password', { password: 'not this one', newPassword: next });
    expect(wrong).toMatchObject({ status: 401, json: { reason: 'credentials-not-accepted' } });
    const short = await user.post('/api/password', { password: firstPassword, newPassword: 'short' });
    expect(short).toMatchObject({ status: 400, json: { reason: 'password-too-short' } });
    const changed = await user.post('/api/password', { password: firstPassword, newPassword: next });
    expect(changed).toMatchObject({ status: 200, json: { address: `bob@${domain}` } });
    expect(await user.get('/api/session')).toMatchObject({ status: 200 });
    expect(await elsewhere.get('/api/session')).toMatchObject({ status: 401 });
    expect(await network.user().signIn(`bob@${domain}`, firstPassword)).toMatchObject({ status: 401 });
    expect(await network.user().signIn(`bob@${domain}`, next)).toMatchObject({ status: 200 });
    const telephone = await network.telephone('bob', 'fe2', next);
    expect(telephone.registration).toMatchObject({ state: 'registered' });
    await expect(network.telephone('bob', 'fe1')).rejects.toThrow('REGISTER of bob');
    expect(network.lines).toContainEqual(
      expect.objectContaining({ event: 'password-changed', user: `bob@${domain}` }),
    );
    expect(JSON.stringify(network.lines)).not.toContain(next);
  });
});

describe('how to connect', () => {
  it('is told inside by the names of the inside', async () => {
    const { json } = await network.user().get('/.well-known/entente');
    expect(json).toMatchObject({
      where: 'inside',
      domains: [
        {
          domain,
          srv: `_sipinternaltls._tcp.${domain}`,
          servers: [{ host: 'fe1.contoso.example', transport: 'tls' }, { host: 'fe2.contoso.example' }],
        },
      ],
    });
  });

  it('is told outside by those of edges alone: nothing of the inside leaves', async () => {
    const { json, text } = await (await network.throughProxy()).get('/.well-known/entente');
    expect(json).toEqual({
      format: 'entente-discovery/1',
      where: 'outside',
      domains: [
        {
          domain,
          srv: `_sip._tls.${domain}`,
          servers: [{ host: 'access.contoso.example', port: 4_430, transport: 'tls' }],
        },
      ],
    });
    expect(text).not.toMatch(/fe\d|web1|127\.0/);
  });
});

describe('a front end that starts again', () => {
  const [home, other] = [`fe1.${domain}`, `fe2.${domain}`] as const;
  const restart = async (fqdn: string) => {
    await network.stopFrontEnd(fqdn);
    await network.startFrontEnd(fqdn);
  };

  it('opens no session that was signed out before', async () => {
    const user = await signedIn('carla');
    const { cookie } = user;
    expect(await user.post('/api/sign-out', {})).toMatchObject({ status: 204 });
    for (const fqdn of [home, other]) {
      await restart(fqdn);
      user.cookie = cookie;
      expect(await user.get('/api/session')).toMatchObject({ status: 401, json: { reason: 'signed-out' } });
      expect(user.cookie).toBe('');
    }
  });

  it('leaves users signed in whom another front end knows', async () => {
    const user = await signedIn('carla');
    for (const fqdn of [home, other]) {
      await restart(fqdn);
      expect(await user.get('/api/session')).toMatchObject({ status: 200 });
      // The answer to this has a new token, which both believe.
      expect(await user.post('/api/devices/sign-out', { device: 'AAAAAAAAAAAA' })).toMatchObject({
        status: 204,
      });
    }
  });
});

describe('what a browser is told', () => {
  it('lets no script run but ours, and nothing be framed, loaded or sent elsewhere', async () => {
    for (const path of ['/', '/page.js', '/page.css', '/api/session', '/nothing']) {
      const { headers } = await network.user().get(path);
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
    }
    const { text } = await network.user().get('/');
    expect(text).not.toMatch(/<script(?! src="\/page\.js" defer><\/script>)| on\w+=| style=/);
    const inputs = [...text.matchAll(/<input id="(\w+)"/g)].map(([, id]) => id);
    expect(inputs).toHaveLength(6);
    for (const id of inputs) expect(text).toContain(`<label for="${id}">`);
  });
});

afterEach(() => {
  expect(network.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

it('keeps the name of the reverse proxy apart from its own', async () => {
  expect(await network.user({ host: outsideName }).get('/')).toMatchObject({
    status: 421,
    json: { reason: 'other-host' },
  });
});
