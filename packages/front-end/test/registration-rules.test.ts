import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFrontEnd } from './wire-network.ts';

let network: Awaited<ReturnType<typeof startFrontEnd>>;
beforeAll(async () => {
  network = await startFrontEnd();
});
afterAll(() => network[Symbol.asyncDispose]());

const realm = 'sip:contoso.example';
const register = (username: string, more: { contact?: string; headers?: Record<string, string> }) => ({
  as: username,
  to: `sip:${username}@contoso.example`,
  ...more,
});

describe('what a front end has registered (RFC 3261 §10.1, RFC 5627 §10.1)', () => {
  it('is where its requests go, and nowhere once it is removed', async () => {
    const alice = await network.user('alice');
    const bob = await network.user('bob');
    const message = () => alice.ask('MESSAGE', 'sip:bob@contoso.example', { as: 'alice' });
    expect((await message()).status).toBe(200);
    expect(bob.received.at(-1)?.uriText).toBe('sip:bob@client.invalid');
    const removed = await bob.ask(
      'REGISTER',
      realm,
      register('bob', { contact: '*', headers: { Expires: '0' } }),
    );
    expect(removed.status).toBe(200);
    expect((await message()).status).toBe(480);
  });

  it('is gone with the connection that it came over, for every user of that (RFC 5626 §7)', async () => {
    const alice = await network.user('alice');
    const carol = await network.user('carol');
    expect(
      (await carol.ask('REGISTER', realm, register('dave', { contact: '<sip:dave@client.invalid>' }))).status,
    ).toBe(200);
    const to = (user: string) => alice.ask('MESSAGE', `sip:${user}@contoso.example`, { as: 'alice' });
    for (const user of ['carol', 'dave']) expect((await to(user)).status).toBe(200);
    await carol[Symbol.asyncDispose]();
    for (const user of ['carol', 'dave']) await expect.poll(async () => (await to(user)).status).toBe(480);
  });

  it('is answered with a flow and its time where the client knows outbound (RFC 5626 §6)', async () => {
    const bob = await network.client();
    const contact = '<sip:bob@client.invalid>;+sip.instance="<urn:uuid:1>";reg-id=1';
    const answer = await bob.ask(
      'REGISTER',
      realm,
      register('bob', { contact, headers: { Supported: 'path, outbound, gruu' } }),
    );
    expect([answer.status, answer.get('Require'), answer.get('Flow-Timer')]).toEqual([
      200,
      'outbound',
      '120',
    ]);
    expect(answer.get('Contact')).toMatch(
      /;pub-gruu="sip:bob@contoso\.example;gr=urn:uuid:1";temp-gruu="sip:/,
    );
  });

  it('is not answered with 600 or above, and a contact that is the user itself with 403 (RFC 5627 §5.1)', async () => {
    const bob = await network.client();
    const contact = '<sip:bob@contoso.example>;+sip.instance="<urn:uuid:1>"';
    expect((await bob.ask('REGISTER', realm, register('bob', { contact }))).status).toBe(403);
  });
});

describe('a request that a front end answers itself (RFC 3261 §16.1, §8.2)', () => {
  it('is answered with its Via, From, Call-ID and CSeq, and a To tag, also where it is refused', async () => {
    const alice = await network.user('alice');
    for (const [method, uri, status] of [
      ['OPTIONS', realm, 200],
      ['MESSAGE', realm, 405],
      ['MESSAGE', 'sip:nobody@contoso.example', 480],
    ] as const) {
      const answer = await alice.ask(method, uri, { as: 'alice' });
      expect(answer.status).toBe(status);
      expect(answer.to.tag).not.toBeUndefined();
      expect(answer.from.uri.toString()).toBe('sip:alice@contoso.example');
      expect(answer.cseq.method).toBe(method);
    }
  });

  it('and that requires an extension which is not there is answered 420, and the extension is named', async () => {
    const alice = await network.user('alice');
    const answer = await alice.ask('OPTIONS', realm, { as: 'alice', headers: { Require: 'path, foo' } });
    expect([answer.status, answer.get('Unsupported')]).toEqual([420, 'foo']);
  });

  it('carries Allow where the method is not one of its own', async () => {
    const alice = await network.user('alice');
    const answer = await alice.ask('MESSAGE', realm, { as: 'alice' });
    expect(answer.get('Allow')).toBe('REGISTER, OPTIONS');
  });
});
