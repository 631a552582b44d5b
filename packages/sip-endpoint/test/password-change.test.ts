import {
  cnonceFor,
  createChallenge,
  createCredentialRecord,
  createResponse,
  openVerifiers,
  parseAuthorization,
  passwordEvent,
  type SipRequest,
  sealedVerifiersType,
} from '@entente/sip';
import { createTokenSource, SipEndpoint, UserAgent } from '@entente/sip-endpoint';
import { memoryTransport } from '@entente/sip-endpoint/testing';
import { StepClock } from '@entente/testkit';
import { describe, expect, it } from 'vitest';

const link = { row: 0, name: 'a test' };
const place = { host: 'sip.contoso.example', address: '192.0.2.1', port: 5061 };
const record = (password: string) =>
  createCredentialRecord({ username: 'alice', realm: 'contoso.example', password }, [
    'SHA-256',
    'SHA-512-256',
    'MD5',
  ]);

/** A server in memory that answers a change of the password with a status, and a user agent. */
async function start(
  status: number,
  secret: ConstructorParameters<typeof UserAgent>[0]['credentials']['secret'],
  challenge?: string,
) {
  const network = memoryTransport();
  const newToken = createTokenSource();
  const clock = new StepClock(0);
  const received: SipRequest[] = [];
  const server = new SipEndpoint({
    sentBy: { host: place.host },
    newToken,
    dial: network.dial,
    user: {
      onAck() {},
      onRequest(transaction) {
        const { request } = transaction;
        received.push(request);
        const isRegister = request.method === 'REGISTER';
        if (challenge !== undefined && !isRegister && !request.has('Proxy-Authorization')) {
          const headers = { 'Proxy-Authenticate': challenge };
          transaction.respond(createResponse(request, 407, undefined, { toTag: 'r', headers }));
          return;
        }
        transaction.respond(
          createResponse(request, isRegister ? 200 : status, undefined, {
            toTag: 'r',
            headers: isRegister ? { Contact: `${request.contacts[0]};expires=600` } : {},
          }),
        );
      },
    },
  });
  network.listen(place, (socket) => void server.accept(socket, link));
  const agent = new UserAgent({
    addressOfRecord: 'sip:alice@contoso.example',
    credentials: { secret },
    server: { name: 'contoso.example', address: '', port: 0, link },
    locate: async () => [place],
    dial: network.dial,
    newToken,
    clock,
    events: {},
  });
  await agent.register();
  return {
    agent,
    clock,
    bodies: () => received.filter(({ method }) => method === 'PUBLISH').map(({ bodyText }) => bodyText),
    last: () => received.at(-1),
    published: () => received.find(({ method }) => method === 'PUBLISH'),
    registers: () => received.filter(({ method }) => method === 'REGISTER').length,
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const known = { username: 'alice', password: 'secret' };

describe('a user agent that changes its password', () => {
  it('sends sealed verifiers to its own address, which the present password opens, and no password', async () => {
    await using test = await start(200, known);
    expect((await test.agent.changePassword('another')).status).toBe(200);
    const request = test.published();
    expect([request?.uriText, request?.get('Event'), request?.contentType]).toEqual([
      'sip:alice@contoso.example',
      passwordEvent,
      sealedVerifiersType,
    ]);
    expect(request?.bodyText).not.toContain('another');
    const opened = openVerifiers(test.bodies()[0] ?? '', record('secret'));
    expect(opened).toEqual({ ok: true, ha1: record('another').ha1 });
  });

  it('has the new one from then on, and registers at once, and again when every server has heard', async () => {
    await using test = await start(200, known);
    await test.agent.changePassword('another');
    await expect.poll(test.registers).toBe(2);
    test.clock.move(2_000);
    await expect.poll(test.registers).toBe(3);
    await test.agent.changePassword('third');
    expect(openVerifiers(test.bodies()[1] ?? '', record('another')).ok).toBe(true);
  });

  it('keeps the old one where it is refused', async () => {
    await using test = await start(403, known);
    expect((await test.agent.changePassword('another')).status).toBe(403);
    test.clock.move(2_000);
    await test.agent.changePassword('third');
    for (const body of test.bodies()) expect(openVerifiers(body, record('secret')).ok).toBe(true);
    expect(test.registers()).toBe(1);
  });

  it('registers nothing where no registration is kept', async () => {
    await using test = await start(200, known);
    await test.agent.register(0);
    const before = test.registers();
    await test.agent.changePassword('another');
    test.clock.move(2_000);
    expect((await test.agent.request('OPTIONS', 'sip:alice@contoso.example')).status).toBe(200);
    expect(test.registers()).toBe(before);
  });

  it('answers a challenge with credentials that cover the body', async () => {
    const challenge = createChallenge({ realm: 'contoso.example', nonce: 'n', algorithm: 'SHA-256' });
    await using test = await start(200, known, challenge);
    expect((await test.agent.changePassword('another')).status).toBe(200);
    const request = test.last();
    const credentials = parseAuthorization(request?.get('Proxy-Authorization') ?? '');
    expect(credentials).toMatchObject({ nonce: 'n', cnonce: cnonceFor(request?.bodyText ?? '') });
  });

  it('needs no password in the clear: H(A1) of the present one is enough', async () => {
    await using test = await start(200, record('secret'));
    await test.agent.changePassword('another');
    expect(openVerifiers(test.bodies()[0] ?? '', record('secret')).ok).toBe(true);
  });
});
