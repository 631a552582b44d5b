import { FakeRequestPolicy } from '@entente/sip-relay/request-policy';
import { afterEach, describe, expect, it } from 'vitest';
import { startFrontEnd } from './wire-network.ts';

describe('a policy on a front end', () => {
  const opened: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const item of opened.splice(0)) await item[Symbol.asyncDispose]();
  });
  const start = async (...refused: string[]) => {
    const policy = new FakeRequestPolicy(refused);
    const network = await startFrontEnd({ policies: [{ plugin: 'alpha', policy }] });
    opened.push(network);
    const asked = () => policy.seen.splice(0).map(({ method, uri }) => `${method} ${uri}`);
    return { ...network, asked };
  };

  it('is asked once about a request that nothing else refuses', async () => {
    const { asked, user } = await start();
    const alice = await user('alice');
    await user('bob');
    expect(asked()).toEqual(['REGISTER sip:contoso.example', 'REGISTER sip:contoso.example']);
    const { status } = await alice.ask('MESSAGE', 'sip:bob@contoso.example', { as: 'alice' });
    expect(status).toBe(200);
    expect(asked()).toEqual(['MESSAGE sip:bob@contoso.example']);
  });

  it('is not asked about a request for a user who is not registered, nor one that this server itself refuses', async () => {
    const { asked, lines, user } = await start();
    const alice = await user('alice');
    asked();
    const nowhere = await alice.ask('MESSAGE', 'sip:nobody@contoso.example', { as: 'alice' });
    const wrong = await alice.ask('MESSAGE', 'sip:contoso.example', { as: 'alice' });
    expect([nowhere.status, wrong.status]).toEqual([480, 405]);
    expect(asked()).toEqual([]);
    const reasons = lines.map(({ reason }) => reason).filter((reason) => reason !== undefined);
    expect(reasons.slice(-2)).toEqual(['not-registered', 'method-not-allowed']);
  });

  it('is not asked about a REGISTER that the registrar refuses', async () => {
    const { asked, user } = await start();
    const alice = await user('alice');
    asked();
    const { status } = await alice.ask('REGISTER', 'sip:contoso.example', {
      as: 'alice',
      to: 'sip:alice@contoso.example',
      contact: '*',
    });
    expect(status).toBe(400);
    expect(asked()).toEqual([]);
  });

  it('that refuses a REGISTER leaves no binding, and the log names the plugin in a field of its own', async () => {
    const { client, lines, server } = await start('REGISTER');
    const alice = await client();
    const { status } = await alice.ask('REGISTER', 'sip:contoso.example', {
      as: 'alice',
      to: 'sip:alice@contoso.example',
      contact: '<sip:alice@client.invalid>',
    });
    expect(status).toBe(403);
    expect(lines.find(({ reason }) => reason === 'refused-by-policy')).toMatchObject({
      event: 'refused',
      plugin: 'alpha',
      method: 'REGISTER',
      msg: 'plugin alpha: REGISTER is not wanted here',
    });
    const application = await server('app1.contoso.example');
    expect((await application.ask('MESSAGE', 'sip:alice@contoso.example', { as: 'app' })).status).toBe(480);
  });

  it('that refuses a MESSAGE keeps it from whom it is for', async () => {
    const { lines, user } = await start('MESSAGE');
    const alice = await user('alice');
    const bob = await user('bob');
    const { status } = await alice.ask('MESSAGE', 'sip:bob@contoso.example', { as: 'alice' });
    expect(status).toBe(403);
    expect(bob.received).toEqual([]);
    const others = lines.filter(({ reason }) => reason !== undefined && reason !== 'refused-by-policy');
    for (const line of others) expect(line).not.toHaveProperty('plugin');
  });

  describe('that answers later', () => {
    const later = async (answer: (method: string) => unknown) => {
      const asked: string[] = [];
      const policy = {
        async judge({ method }: { method: string }) {
          asked.push(method);
          await new Promise(setImmediate);
          return answer(method) as { sentence: string } | undefined;
        },
      };
      const network = await startFrontEnd({ policies: [{ plugin: 'alpha', policy }] });
      opened.push(network);
      return { ...network, asked };
    };

    it('is asked once about each request, and what it has no opinion of goes on', async () => {
      const { asked, user } = await later(() => undefined);
      const alice = await user('alice');
      const bob = await user('bob');
      const { status } = await alice.ask('MESSAGE', 'sip:bob@contoso.example', { as: 'alice' });
      expect(status).toBe(200);
      expect(bob.received.map(({ method }) => method)).toEqual(['MESSAGE']);
      expect(asked).toEqual(['REGISTER', 'REGISTER', 'MESSAGE']);
    });

    it('refuses a REGISTER, and then there is no binding; nor is one kept where it fails', async () => {
      const { client, lines, server } = await later((method) => {
        if (method === 'REGISTER') return { sentence: 'not now' };
        throw new Error('no database');
      });
      const alice = await client();
      const register = {
        as: 'alice',
        to: 'sip:alice@contoso.example',
        contact: '<sip:alice@client.invalid>',
      };
      expect((await alice.ask('REGISTER', 'sip:contoso.example', register)).status).toBe(403);
      const application = await server('app1.contoso.example');
      expect((await application.ask('MESSAGE', 'sip:alice@contoso.example', { as: 'app' })).status).toBe(480);
      const failed = await alice.ask('MESSAGE', 'sip:bob@fabrikam.example', { as: 'alice' });
      expect([failed.status, failed.get('Retry-After')]).toEqual([500, '10']);
      expect(lines.find(({ reason }) => reason === 'policy-unavailable')).toMatchObject({ plugin: 'alpha' });
    });
  });
});
