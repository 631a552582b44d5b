import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { domain, firstPassword, startWebNetwork, type WebNetwork } from './testing/web-network.ts';

let network: WebNetwork;
beforeAll(async () => {
  // A wait for those who guess does not end while the tests run, however slow the machine is.
  const now = Date.now();
  network = await startWebNetwork({ clock: () => now });
});
afterAll(() => network?.[Symbol.asyncDispose]());

const wrong = 'not the password';

/** Each front end counts what it verifies: web services ask the one at home. */
const homeOf = (name: string) =>
  network.topology.homeServers(`${name}@${domain}`)[0]?.fqdn.startsWith('fe1') === true ? 'fe1' : 'fe2';

describe('guessing', () => {
  it('is limited: after five wrong passwords the right one is not looked at either, while a telephone there registers', async () => {
    const user = network.user();
    const address = `carol@${domain}`;
    for (let count = 0; count < 5; count++)
      expect(await user.signIn(address, wrong)).toMatchObject({ status: 401 });
    const answer = await user.signIn(address, firstPassword);
    expect(answer).toMatchObject({ status: 429, json: { reason: 'too-many-attempts' } });
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    await network.telephone('carol', homeOf('carol'));
  });

  it('over SIP holds up a sign-in from the same address', async () => {
    for (let count = 0; count < 5; count++)
      await expect(network.telephone('Smithers', homeOf('Smithers'), `${wrong} ${count}`)).rejects.toThrow();
    const answer = await network.user().signIn(`Smithers@${domain}`, firstPassword);
    expect(answer).toMatchObject({ status: 429, json: { reason: 'too-many-attempts' } });
  });

  it('counts by the address that the reverse proxy has noted, whatever its client has written before it', async () => {
    const address = `bob@${domain}`;
    for (let count = 0; count < 5; count++) {
      const guesser = await network.throughProxy({ client: `203.0.113.${count}, 198.51.100.9` });
      expect(await guesser.signIn(address, wrong)).toMatchObject({ status: 401 });
    }
    const guesser = await network.throughProxy({ client: '198.51.100.9' });
    expect(await guesser.signIn(address, firstPassword)).toMatchObject({ status: 429 });
    const other = await network.throughProxy({ client: '198.51.100.10' });
    expect(await other.signIn(address, firstPassword)).toMatchObject({ status: 200 });
  });

  it('counts by the address of the connection where no reverse proxy has brought it, whatever it says', async () => {
    const address = `bob.smith@${domain}`;
    for (let count = 0; count < 5; count++)
      await network.user({ headers: { 'x-forwarded-for': `203.0.113.${count}` } }).signIn(address, wrong);
    expect(await network.user().signIn(address, firstPassword)).toMatchObject({ status: 429 });
  });
});

describe('a request', () => {
  it('that a reverse proxy has brought needs the address of its client, and the name of the proxy', async () => {
    for (const client of ['', 'unknown', '198.51.100.7, ', '198.51.100.7:80'])
      expect(await (await network.throughProxy({ client })).get('/')).toMatchObject({
        status: 400,
        json: { reason: 'malformed-request' },
      });
    for (const host of ['web1.contoso.example', 'evil.example', '', 'www.contoso.example:80:80'])
      expect(await (await network.throughProxy({ host: host || 'x' })).get('/')).toMatchObject({
        status: 421,
        json: { reason: 'other-host' },
      });
  });

  it.each([
    '/api/../api/session',
    '//api/session',
    '/api//session',
    '/api/%73ession',
    '/API/session',
    '/api/session/',
    '/.well-known/entente/',
    '/page.js%00',
    '/..%2f..%2fetc/passwd',
    '/api/session;x=1',
    `/${'a'.repeat(2_000)}`,
    '*',
  ])('for %s finds nothing: a path is what is written, or none', async (path) => {
    const answer = await network.user().get(path);
    expect(answer).toMatchObject({ status: 404, json: { reason: 'not-found' } });
    // Nothing that the caller has sent comes back.
    expect(answer.text).not.toContain(path.slice(0, 20).length > 3 ? path.slice(0, 20) : '\0');
  });

  it('is bounded: body, header and form', async () => {
    const long = 'x'.repeat(5_000);
    const user = network.user();
    const tooLong = await user.post('/api/sign-in', { address: long, password: 'b' });
    expect(tooLong).toMatchObject({ status: 413, json: { reason: 'body-too-long' } });
    expect(tooLong.headers.connection).toBe('close');
    expect(await user.get('/', { 'x-long': 'x'.repeat(9_000) })).toMatchObject({ status: 431 });
    for (const body of [
      '',
      '[]',
      'null',
      '{"address":"a"}',
      '{"address":"a","password":7}',
      '{"__proto__":{}}',
    ])
      expect(await user.post('/api/sign-in', body)).toMatchObject({ status: 400 });
    const deep = await user.post('/api/sign-in', `${'['.repeat(2_000)}${']'.repeat(2_000)}`);
    expect(deep).toMatchObject({ status: 400, json: { reason: 'malformed-request' } });
    expect(await user.send('DELETE', '/api/session', undefined, {})).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
    expect(await user.send('GET', '/api/sign-in', undefined, {})).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
    });
    expect((await user.send('HEAD', '/', undefined, {})).text).toBe('');
  });

  it('with a body whose length is told twice is refused before anything is read', async () => {
    const head = [
      'POST /api/sign-in HTTP/1.1',
      `Host: web1.contoso.example:${network.web.port}`,
      'Content-Type: application/json',
      'Content-Length: 2',
      'Transfer-Encoding: chunked',
      '',
      '',
    ].join('\r\n');
    const socket = connectTls({
      host: '127.0.0.1',
      port: network.web.port,
      servername: 'web1.contoso.example',
      ca: network.root.certificatePem,
    });
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      socket.on('data', (part: Buffer) => {
        text += part.toString('latin1');
      });
      socket.once('close', () => resolve(text));
      socket.once('error', reject);
      socket.write(`${head}0\r\n\r\n`);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('over plain HTTP, or by another name, is not answered', async () => {
    await expect(network.user({ isPlain: true }).get('/')).rejects.toThrow();
    for (const host of [
      'fe1.contoso.example',
      'evil.example',
      'web1.contoso.example.evil.example',
      '[::1]',
      'a b',
    ])
      expect(await network.user({ host }).get('/')).toMatchObject({ status: 421 });
  });
});

describe('a client that leaves before its request is whole', () => {
  const about = (event: string) =>
    network.lines.filter((line) => line.by.startsWith('web1') && line.event === event);

  it('is no fault of web services: there is one line about it for those who debug', async () => {
    network.nextSecond();
    const before = about('web-left').length;
    await leave({ port: network.web.port, name: 'web1.contoso.example', path: '/api/sign-in' });
    await expect.poll(() => about('web-left').length - before).toBe(1);
    expect(about('web-left').at(-1)).toMatchObject({ level: 'debug' });
    expect(about('fault')).toEqual([]);
  });
});

/** Sends the head of a POST and the first octet of its body, and leaves when the server reads it. */
async function leave({
  name,
  path,
  port,
}: {
  readonly name: string;
  readonly path: string;
  readonly port: number;
}) {
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${name}:${port}`,
    'Content-Type: application/json',
    'Content-Length: 100',
    'Expect: 100-continue',
    '',
    '{',
  ].join('\r\n');
  const socket = connectTls({
    host: '127.0.0.1',
    port,
    servername: name,
    ca: network.root.certificatePem,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('data', () => resolve());
    socket.once('error', reject);
    socket.write(head);
  });
  socket.destroy();
}

// Last, because the front end that was stopped is asked last for a while.
describe('a front end that cannot be told of a sign-out', () => {
  it('hears of it before it is asked anything else', async () => {
    const user = network.user();
    expect(await user.signIn(`carla@${domain}`, firstPassword)).toMatchObject({ status: 200 });
    const { cookie } = user;
    await network.stopFrontEnd(`fe1.${domain}`);
    expect(await user.post('/api/sign-out', {})).toMatchObject({ status: 204 });
    await network.startFrontEnd(`fe1.${domain}`);
    // By the clock of this network it has begun with the session, so that it judges it.
    await network.stopFrontEnd(`fe2.${domain}`);
    user.cookie = cookie;
    expect(await user.get('/api/session')).toMatchObject({ status: 401, json: { reason: 'signed-out' } });
    await network.startFrontEnd(`fe2.${domain}`);
  });
});
