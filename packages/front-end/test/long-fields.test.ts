import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AskOptions, startFrontEnd } from './wire-network.ts';

const long = 'x'.repeat(30_000);
const bob = 'sip:bob@contoso.example';
const home = 'sip:contoso.example';

describe('a request that is refused for a field of 30,000 characters', () => {
  let network: Awaited<ReturnType<typeof startFrontEnd>>;
  let alice: Awaited<ReturnType<typeof network.user>>;
  beforeAll(async () => {
    network = await startFrontEnd();
    alice = await network.user('alice');
  });
  afterAll(() => network[Symbol.asyncDispose]());

  it.each<[field: string, reason: string, method: string, uri: string, more: Partial<AskOptions>]>([
    ['Proxy-Require', 'extension-not-supported', 'MESSAGE', bob, { headers: { 'Proxy-Require': long } }],
    ['From', 'identity-not-authorised', 'MESSAGE', bob, { from: `sip:${long}@contoso.example` }],
    ['To', 'registration-not-authorised', 'REGISTER', home, { to: `sip:${long}@contoso.example` }],
    ['Route', 'relay-not-allowed', 'MESSAGE', bob, { headers: { Route: `<sip:a.invalid;x=${long};lr>` } }],
    ['Call-ID', 'not-registered', 'MESSAGE', 'sip:nobody@contoso.example', { callId: long }],
  ])(
    'has a short line in the log, and its sender the reason alone: %s',
    async (...[, reason, method, uri, more]) => {
      const before = network.lines.length;
      const answer = await alice.ask(method, uri, { as: 'alice', ...more });
      const line = network.lines.slice(before).findLast(({ event }) => event === 'refused');
      expect(line).toMatchObject({ reason, peer: 'alice@contoso.example', status: answer.status });
      expect(JSON.stringify(line).length).toBeLessThan(2_000);
      expect(answer.get('Entente-Diagnostics')).toBe(`1000;reason="${reason}";source="fe1.contoso.example"`);
    },
  );

  it('has one too where nobody has proven who it is', async () => {
    const client = await network.client();
    const before = network.lines.length;
    const options = { as: 'alice', password: null, headers: { 'Proxy-Require': long } };
    expect((await client.ask('MESSAGE', bob, options)).status).toBe(420);
    const lines = network.lines.slice(before);
    expect(lines).toMatchObject([{ event: 'refused', reason: 'extension-not-supported' }]);
    expect(JSON.stringify(lines[0]).length).toBeLessThan(2_000);
  });
});
