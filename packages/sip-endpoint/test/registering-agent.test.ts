import { createResponse, type SipRequest, uriEquals } from '@entente/sip';
import { createTokenSource, SipEndpoint, UserAgent } from '@entente/sip-endpoint';
import { memoryTransport } from '@entente/sip-endpoint/testing';
import { describe, expect, it } from 'vitest';

const link = { row: 0, name: 'a test' };
const place = { host: 'sip.contoso.example', address: '192.0.2.1', port: 5061 };
const instance = 'urn:uuid:00000000-0000-4000-8000-000000000001';

/** A registrar in memory that challenges once and answers with fields that mean nothing to REGISTER, and user agents of one device. */
async function start(gruus = '') {
  const network = memoryTransport();
  const newToken = createTokenSource();
  const received: SipRequest[] = [];
  const registrar = new SipEndpoint({
    sentBy: { host: place.host },
    newToken,
    dial: network.dial,
    user: {
      onAck() {},
      onRequest(transaction) {
        const { request } = transaction;
        received.push(request);
        const isRegister = request.method === 'REGISTER';
        const isNew = isRegister && !request.has('Authorization');
        const headers = isNew
          ? { 'WWW-Authenticate': 'Digest realm="contoso.example", nonce="n", algorithm=SHA-256, qop="auth"' }
          : {
              'Record-Route': '<sip:proxy.contoso.example;lr>',
              ...(isRegister && {
                Contact: `${request.contacts[0]};expires=600${gruus}, <sip:other@192.0.2.9>;expires=5`,
              }),
              Expires: '600',
            };
        transaction.respond(createResponse(request, isNew ? 401 : 200, undefined, { toTag: 'r', headers }));
      },
    },
  });
  network.listen(place, (socket) => void registrar.accept(socket, link));
  const agents: UserAgent[] = [];
  const agent = (more: { readonly instance?: string } = {}) => {
    const one = new UserAgent({
      addressOfRecord: 'sip:alice@contoso.example',
      credentials: { secret: { username: 'alice', password: 'secret' } },
      server: { name: 'contoso.example', address: '', port: 0, link },
      locate: async () => [place],
      dial: network.dial,
      newToken,
      events: {},
      ...more,
    });
    agents.push(one);
    return one;
  };
  return {
    agent,
    received,
    registers: () => received.filter(({ method }) => method === 'REGISTER'),
    async [Symbol.asyncDispose]() {
      for (const one of agents) await one[Symbol.asyncDispose]();
      await registrar[Symbol.asyncDispose]();
    },
  };
}

describe('the REGISTER requests of a user agent (RFC 3261 §10.2)', () => {
  it('name the domain without a user, the address of record in To, and have every field that they must', async () => {
    await using test = await start();
    await test.agent().register();
    for (const request of test.registers()) {
      expect(request.uriText).toBe('sip:contoso.example');
      expect([request.to.uri.toString(), request.to.tag]).toEqual(['sip:alice@contoso.example', undefined]);
      expect(request.from.uri.toString()).toBe('sip:alice@contoso.example');
      for (const name of ['Call-ID', 'CSeq', 'From', 'To', 'Via', 'Max-Forwards', 'Contact'])
        expect(request.has(name), name).toBe(true);
    }
  });

  it('count CSeq by one under one Call-ID, whatever else is sent between', async () => {
    await using test = await start();
    const alice = test.agent();
    await alice.register();
    for (const text of ['one', 'two']) await alice.message('sip:bob@contoso.example', text);
    await alice.register();
    await alice.register(0);
    const registers = test.registers();
    expect(registers.map(({ cseq }) => cseq.sequence)).toEqual([1, 2, 3, 4]);
    expect(new Set(registers.map(({ callId }) => callId)).size).toBe(1);
  });

  it('learn no route from the answer: neither they nor other requests follow its Record-Route', async () => {
    await using test = await start();
    const alice = test.agent();
    await alice.register();
    await alice.register();
    await alice.message('sip:bob@contoso.example', 'x');
    expect(test.received.filter((request) => request.has('Route'))).toEqual([]);
  });

  it('remove their own contact by its name, never by "*" (RFC 3261 §10.2.2)', async () => {
    await using test = await start();
    const alice = test.agent();
    await alice.register();
    await alice.register(0);
    const removal = test.registers().at(-1);
    expect([removal?.expires, removal?.isContactWildcard]).toEqual([0, false]);
    expect(removal?.contacts[0]?.uriText).toBe(test.registers()[0]?.contacts[0]?.uriText);
  });
});

describe('the device that a user agent registers (RFC 5626 §4.1, §4.2.1, RFC 5627 §4.1)', () => {
  it('is named by the instance that it was given, the same after each start, and by a UUID URN where it was given none', async () => {
    await using test = await start();
    const named = () => test.registers().at(-1)?.contacts[0]?.parameters.get('+sip.instance');
    for (let count = 1; count <= 2; count++) {
      await test.agent({ instance }).register();
      expect(named()).toBe(`<${instance}>`);
    }
    await test.agent().register();
    expect(named()).toMatch(/^<urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}>$/);
  });

  it('has a contact of its own, which is neither the address of record nor a GRUU, and goes on with one Call-ID', async () => {
    await using test = await start();
    const alice = test.agent({ instance });
    await alice.register();
    await alice.register();
    for (const request of test.registers()) {
      const [contact] = request.contacts;
      const uri = contact?.uri as NonNullable<typeof contact>['uri'];
      expect(uriEquals(uri, request.to.uri)).toBe(false);
      expect(uri.kind === 'sip' && uri.isGruu).toBe(false);
      expect(['pub-gruu', 'temp-gruu'].some((name) => contact?.parameters.has(name))).toBe(false);
      expect(request.supported).toContain('gruu');
      expect(request.callId).toBe(test.registers()[0]?.callId);
    }
  });

  it.each([
    '',
    ';pub-gruu="sip:alice@contoso.example;gr=x"',
    ';temp-gruu="sip:t@contoso.example;gr"',
    ';pub-gruu="sip:alice@contoso.example;gr=x";temp-gruu="sip:t@contoso.example;gr"',
  ])('is registered whatever the answer has of GRUUs (RFC 5627 §4.2): %s', async (gruus) => {
    await using test = await start(gruus);
    const alice = test.agent();
    for (let count = 1; count <= 2; count++) expect((await alice.register()).status).toBe(200);
    expect(alice.registration.state).toBe('registered');
  });
});
