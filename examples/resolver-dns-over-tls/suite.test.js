import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import tls from 'node:tls';
import { openAuthority } from '@entente/pki/node';
import { complianceZone, resolverCompliance, ServiceLocator } from '@entente/sip-endpoint/resolve';
import { openTrust, serve } from '@entente/tls';
import { AUTHORITATIVE_ANSWER, decode, streamEncode, TRUNCATED_RESPONSE } from 'dns-packet';
import { dnsOverTls } from 'entente-resolver-dns-over-tls';
import { messageReader } from 'entente-resolver-dns-over-tls/messages';

const directory = await mkdtemp(join(tmpdir(), 'entente-dns-'));
const authority = await openAuthority({ directory, domain: 'contoso.example' });
const name = 'dns.contoso.example';
const [server, client] = [await authority.identity(name), await authority.identity('fe1.contoso.example')];
const trust = await openTrust(authority.trust());
after(async () => {
  await trust[Symbol.asyncDispose]();
  await authority[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const { a, aaaa, naptr, srv } = complianceZone;
const records = { A: a, AAAA: aaaa, NAPTR: naptr, SRV: srv };
/** The record of the port, as `dns-packet` writes it. */
const dataOf = {
  A: (data) => data,
  AAAA: (data) => data,
  NAPTR: ({ service, ...data }) => ({ ...data, services: service }),
  SRV: ({ name: target, ...data }) => ({ ...data, target }),
};
const fromZone = ({ name, type }) => {
  const found = records[type][name.toLowerCase()] ?? [];
  return {
    rcode: found.length === 0 ? 3 : 0,
    answers: found.map((one) => ({ type, name, ttl: 60, data: dataOf[type](one) })),
  };
};

/** A server of DNS over TLS. @param reply - what to say to a question, or octets to write as they are */
async function listen(reply = fromZone) {
  const options = { trust, identity: server, allow: ['fe1.contoso.example'], port: 0 };
  const listener = await serve(tls, options, (socket) => {
    const read = messageReader((message) => {
      const { id, questions } = decode(message);
      const said = reply(questions[0], id);
      if (Buffer.isBuffer(said)) return void socket.write(said);
      if (said === undefined) return;
      const { rcode, answers } = said;
      socket.write(
        streamEncode({ type: 'response', id, questions, answers, flags: AUTHORITATIVE_ANSWER | rcode }),
      );
    });
    socket.on('data', read).on('error', () => {});
  });
  return listener;
}

async function setup(reply, options) {
  const listener = await listen(reply);
  const { port } = listener;
  const resolver = dnsOverTls({
    host: '127.0.0.1',
    port,
    name,
    trust,
    identity: client,
    timeoutMs: 500,
    ...options,
  });
  let open = true;
  const takeServersAway = async () => {
    if (open) await listener[Symbol.asyncDispose]();
    open = false;
  };
  const dispose = async () => {
    await resolver[Symbol.asyncDispose]();
    await takeServersAway();
  };
  return { resolver, takeServersAway, dispose };
}

for (const { run, title } of resolverCompliance(() => setup())) test(title, run);

/** What asking ends with. */
async function codeOf(t, reply, options) {
  const { dispose, resolver } = await setup(reply, options);
  t.after(dispose);
  return resolver.resolve4('fe1.contoso.example').then(String, ({ code }) => code);
}

test('a server that is not who it should be is asked nothing', async (t) => {
  let asked = 0;
  const count = () => void asked++;
  assert.equal(await codeOf(t, count, { name: 'other.contoso.example' }), 'ECONNREFUSED');
  assert.equal(asked, 0);
});

test('what is no answer fails the question, and no later one', async (t) => {
  const replies = [Buffer.from([0, 3, 1, 2, 3]), undefined, { rcode: 2, answers: [] }];
  const { dispose, resolver } = await setup((question) =>
    replies.length > 0 ? replies.shift() : fromZone(question),
  );
  t.after(dispose);
  const ask = () => resolver.resolve4('fe1.contoso.example');
  await assert.rejects(ask, { code: 'EBADRESP' });
  await assert.rejects(ask, { code: 'ETIMEOUT' });
  await assert.rejects(ask, { code: 'ESERVFAIL' });
  assert.equal((await ask()).length, 2);
});

test('a question that nobody answers takes no other one with it', async (t) => {
  const { dispose, resolver } = await setup((question, id) =>
    question.name === 'silent.contoso.example' ? undefined : fromZone(question, id),
  );
  t.after(dispose);
  const silent = resolver.resolve4('silent.contoso.example');
  const others = Array.from({ length: 5 }, () => resolver.resolve4('fe1.contoso.example'));
  await assert.rejects(silent, { code: 'ETIMEOUT' });
  assert.equal((await Promise.all(others)).length, 5);
});

test('an answer that is cut off, or leads elsewhere, does not say that there is none', async (t) => {
  const cut = ({ name, type }, id) =>
    streamEncode({ type: 'response', id, flags: TRUNCATED_RESPONSE, questions: [{ name, type }] });
  assert.equal(await codeOf(t, cut), 'EBADRESP');
  const authorities = [{ type: 'NS', name: 'example', ttl: 60, data: 'ns.contoso.example' }];
  const referral = ({ name, type }, id) =>
    streamEncode({ type: 'response', id, questions: [{ name, type }], authorities });
  assert.equal(await codeOf(t, referral), 'EBADRESP');
});

test('a server that cannot read the question is not waited for', async (t) => {
  const formatError = (_, id) => streamEncode({ type: 'response', id, flags: 1 });
  assert.equal(await codeOf(t, formatError), 'ESERVFAIL');
});

test('a name that DNS cannot have is not asked about', async (t) => {
  const { dispose, resolver } = await setup();
  t.after(dispose);
  for (const name of [`${'a'.repeat(64)}.example`, '', 'a..example', 'a b.example'])
    await assert.rejects(resolver.resolve4(name), { code: 'EBADNAME' });
});

test('messages are cut out of octets that come one by one, or all at once', () => {
  const messages = ['', 'a', 'bcd'].map((text) => Buffer.from(text));
  const bytes = Buffer.concat(messages.flatMap((one) => [Buffer.from([0, one.length]), one]));
  for (const size of [1, 2, 3, bytes.length]) {
    const found = [];
    const read = messageReader((message) => found.push(message.toString()));
    for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size));
    assert.deepEqual(found, ['', 'a', 'bcd']);
  }
});

test('an answer to another question is not taken', async (t) => {
  const other = ({ type }, id) =>
    streamEncode({
      type: 'response',
      id,
      questions: [{ type, name: 'fe2.contoso.example' }],
      answers: [{ type, name: 'fe1.contoso.example', ttl: 60, data: '192.0.2.66' }],
    });
  assert.equal(await codeOf(t, other), 'ETIMEOUT');
});

test('an alias is followed, in a circle too, and lives as long as its shortest part', async (t) => {
  const alias = (from, to, ttl) => ({ type: 'CNAME', name: from, data: to, ttl });
  const answers = [
    alias('fe1.contoso.example', 'Host.contoso.example', 5),
    { type: 'A', name: 'host.contoso.example', ttl: 60, data: '192.0.2.9' },
  ];
  const { dispose, resolver } = await setup(() => ({ rcode: 0, answers }));
  t.after(dispose);
  assert.deepEqual(await resolver.resolve4('fe1.contoso.example'), [{ address: '192.0.2.9', ttl: 5 }]);
  answers[1] = alias('host.contoso.example', 'fe1.contoso.example', 5);
  await assert.rejects(resolver.resolve4('fe1.contoso.example'), { code: 'ENODATA' });
});

test('many questions at the same time each get their own answer, over one connection', async (t) => {
  const { dispose, resolver } = await setup();
  t.after(dispose);
  const hosts = ['fe1.contoso.example', 'fe2.contoso.example'];
  const found = await Promise.all(Array.from({ length: 100 }, (_, i) => resolver.resolve4(hosts[i % 2])));
  assert.deepEqual(found.map(({ length }) => length).slice(0, 4), [2, 1, 2, 1]);
});

test('a connection that the server has closed is opened again', async (t) => {
  let asked = 0;
  const { dispose, resolver } = await setup(fromZone, { idleMs: 1 });
  t.after(dispose);
  for (; asked < 3; asked++) assert.equal((await resolver.resolve4('fe1.contoso.example')).length, 2);
});

test('the servers of a domain are found with it', async (t) => {
  const { dispose, resolver } = await setup();
  t.after(dispose);
  const found = await new ServiceLocator({ resolver }).locate({ host: 'contoso.example', scheme: 'sips' });
  assert.equal(found[0].port, 5_061);
});
