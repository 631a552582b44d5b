import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
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
/** The lists of the authority that are in force, DER. */
const lists = () => authority.trust().crls.current.crls.map(({ der }) => der);
const pem = async (name) => readFile(join(directory, name), 'utf8');

const service = await authority.identity('orders.contoso.example');
const client = await authority.identity('client.contoso.example');
const authorities = (await pem('root_ca.crt')) + (await pem('intermediate_ca.crt'));
const before = lists();
await authority.identity('old.contoso.example');
await authority.revoke('old.contoso.example');
const isIn = (all) => (der) => all.some((one) => Buffer.compare(one, der) === 0);
const [first] = before.filter((der) => !isIn(lists())(der));
const [second] = lists().filter((der) => !isIn(before)(der));

async function setup() {
  const key = newKey();
  let noticed = () => {};
  const source = await redisRevocation({ url, authorities, key, onFault: (fault) => noticed(fault) });
  const publish = (...all) => publishRevocation(redis, all, key);
  /** Publishes what is not taken. @returns why */
  const publishInVain = async (...all) => {
    const seen = new Promise((resolve) => {
      noticed = resolve;
    });
    await publish(...all);
    return (await seen).message;
  };
  const publishMalformed = async () => void (await publishInVain(Buffer.from('30030101ff', 'hex')));
  return { source, publish, publishInVain, publishMalformed };
}

for (const { run, title } of revocationSourceCompliance(setup, { first, second })) test(title, run);

/** The changes of a source, as events. */
class Changes extends EventEmitter {
  constructor(source) {
    super();
    source.onChange(() => this.emit('change'));
  }
}

const disposing = (t, one) => {
  t.after(() => one[Symbol.asyncDispose]());
  return one;
};

test('a list that is there before a program starts is there when it has started', async (t) => {
  const key = newKey();
  await publishRevocation(redis, lists(), key);
  const source = disposing(t, await redisRevocation({ url, authorities, key }));
  assert.equal(source.current.crls.length, lists().length);
});

test('no list gives way to an older one, also where it was taken away meanwhile', async (t) => {
  const { publish, publishInVain, source } = await setup();
  disposing(t, source);
  const changed = once(new Changes(source), 'change');
  await publish(second);
  await changed;
  assert.match(await publishInVain(first), /older/);
  await publish();
  assert.match(await publishInVain(first), /older/);
  assert.deepEqual(
    source.current.crls.map(({ der }) => Buffer.from(der)),
    [Buffer.from(second)],
  );
});

test('a list of the same name that somebody else has signed keeps the true one not out', async (t) => {
  const other = await mkdtemp(join(tmpdir(), 'entente-other-'));
  const forger = await openAuthority({ directory: other, domain: 'contoso.example' });
  t.after(async () => {
    await forger[Symbol.asyncDispose]();
    await rm(other, { recursive: true, force: true });
  });
  const { publish, publishInVain, source } = await setup();
  disposing(t, source);
  const forged = forger.trust().crls.current.crls.map(({ der }) => der);
  assert.match(await publishInVain(...forged), /signed by no authority/);
  const changed = once(new Changes(source), 'change');
  await publish(...forged, first);
  await changed;
  assert.deepEqual(
    source.current.crls.map(({ der }) => Buffer.from(der)),
    [Buffer.from(first)],
  );
});

test('what is more than a program can keep is not read', async () => {
  const key = newKey();
  await publishRevocation(redis, new Array(129).fill(first), key);
  await assert.rejects(redisRevocation({ url, authorities, key }), /expected PEM/);
});

test('a Redis that is away is a fault at the start', async () => {
  const faults = [];
  const onFault = (fault) => faults.push(fault);
  await assert.rejects(redisRevocation({ url: 'redis://127.0.0.1:1', authorities, onFault }));
});

test('a revocation that is published ends an open connection', async (t) => {
  const key = newKey();
  await publishRevocation(redis, lists(), key);
  const { anchors } = authority.trust();
  const crls = disposing(t, await redisRevocation({ url, authorities, key }));
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
