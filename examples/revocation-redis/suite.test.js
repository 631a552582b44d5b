import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import tls from 'node:tls';
import { openAuthority } from '@entente/pki/node';
import { connect, openTrust, serve } from '@entente/tls';
import { revocationSourceCompliance } from '@entente/trust/revocation-source';
import { publishRevocation, redisRevocation } from 'entente-revocation-redis';
import { Redis } from 'ioredis';

const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
const redis = new Redis(url);
const directory = await mkdtemp(join(tmpdir(), 'entente-revocation-'));
const authority = await openAuthority({ directory, domain: 'contoso.example' });
const keys = [];
after(async () => {
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
  await authority[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const newKey = () => {
  keys.push(`entente:test:${crypto.randomUUID()}`);
  return keys.at(-1);
};
/** The lists of the authority that are in force, by issuer. */
const lists = () =>
  Object.fromEntries(authority.trust().crls.current.crls.map((list) => [list.issuer.toString(), list.der]));

const service = await authority.identity('orders.contoso.example');
const client = await authority.identity('client.contoso.example');
const first = lists();
await authority.identity('old.contoso.example');
await authority.revoke('old.contoso.example');
const second = lists();
const changed = Object.keys(second).find((name) => Buffer.compare(first[name], second[name]) !== 0);

async function setup() {
  const key = newKey();
  let noticed = () => {};
  const source = await redisRevocation({ url, key, onFault: () => noticed() });
  return {
    source,
    publish: (der) => publishRevocation(redis, { list: der }, key),
    async publishMalformed() {
      const seen = new Promise((resolve) => {
        noticed = resolve;
      });
      await publishRevocation(redis, { list: Buffer.from('30030101ff', 'hex') }, key);
      await seen;
    },
  };
}

for (const { run, title } of revocationSourceCompliance(setup, {
  first: first[changed],
  second: second[changed],
})) {
  test(title, run);
}

const disposing = (t, one) => {
  t.after(() => one[Symbol.asyncDispose]());
  return one;
};

test('a list that is there before a program starts is there when it has started', async (t) => {
  const key = newKey();
  await publishRevocation(redis, second, key);
  const source = disposing(t, await redisRevocation({ url, key }));
  assert.equal(source.current.crls.length, Object.keys(second).length);
});

test('what is more than a program can keep is not read', async () => {
  const key = newKey();
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`list ${i}`, first[changed]]));
  await publishRevocation(redis, many, key);
  await assert.rejects(redisRevocation({ url, key }), /at most 64 lists/);
});

test('a Redis that is away is a fault at the start', async () => {
  const faults = [];
  const onFault = (fault) => faults.push(fault);
  await assert.rejects(redisRevocation({ url: 'redis://127.0.0.1:1', onFault }));
});

test('a revocation that is published ends an open connection', async (t) => {
  const key = newKey();
  await publishRevocation(redis, lists(), key);
  const { anchors } = authority.trust();
  const crls = disposing(t, await redisRevocation({ url, key }));
  const trust = disposing(t, await openTrust({ anchors, crls }));
  const options = { trust, identity: service, allow: ['client.contoso.example'], port: 0 };
  const server = disposing(
    t,
    await serve(tls, options, (socket) => socket.on('error', () => {}).write('hello')),
  );
  const own = disposing(t, await openTrust(authority.trust()));
  const socket = await connect({
    host: '127.0.0.1',
    port: server.port,
    trust: own,
    identity: client,
    expect: { mode: 'https', name: 'orders.contoso.example' },
    allow: ['orders.contoso.example'],
  });
  await once(socket, 'data');
  const ended = once(socket, 'close');
  await authority.revoke('client.contoso.example');
  await publishRevocation(redis, lists(), key);
  await ended;
});
