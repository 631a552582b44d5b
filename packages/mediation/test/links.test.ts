import { links } from '@entente/topology';
import { afterAll, describe, expect, it } from 'vitest';
import { account, type NetworkParts, startMediation, type WrongCertificate } from './mediation-network.ts';

const alice = account('alice', { number: '+49301001', rights: ['dial-outside'] });
const called = 'sip:+33123@contoso.example;user=phone';
const opened: AsyncDisposable[] = [];
afterAll(async () => {
  for (const network of opened) await network[Symbol.asyncDispose]();
});

async function start(parts: NetworkParts) {
  const network = await startMediation(parts);
  opened.push(network);
  network.knows(alice);
  return network;
}
type Network = Awaited<ReturnType<typeof start>>;

/** The reason for which a connection was refused, as the log of the mediation server has it. */
const refusalOf = async (network: Network, wanted: (line: Record<string, unknown>) => boolean) =>
  (await network.line((line) => line.event === 'refused' && 'when' in line && wanted(line))).reason;

const network = await start({});
const ofAlice = {
  from: `sip:${alice.address}`,
  headers: { 'P-Asserted-Identity': `<sip:${alice.address}>` },
};
const callOut = async (from: Network) =>
  (await from.dialler('fe1')).ask(from.hop('inside'), 'INVITE', called, ofAlice);

const wrong: readonly (readonly [string, string, WrongCertificate])[] = [
  ['of an unknown CA', 'unknown-issuer', { isForeign: true }],
  ['that was revoked', 'revoked', { isRevoked: true }],
  ['of a server that the topology does not have', 'not-in-topology', { fqdn: 'gw9.contoso.example' }],
];

describe('a server that dials a mediation server', () => {
  it.each(wrong)('is refused with a certificate %s: %s, on both ports', async (_, reason, certificate) => {
    for (const [name, port] of [
      ['fe1', 'inside'],
      ['gw1', 'gateways'],
    ] as const) {
      const before = network.lines.length;
      const peer = await network.dialler(name, certificate);
      await expect(peer.ask(network.hop(port), 'OPTIONS', 'sip:med1.contoso.example')).rejects.toThrow();
      const found = await refusalOf(network, (line) => network.lines.indexOf(line) >= before);
      expect([name, found]).toEqual([name, reason]);
    }
  });

  it.each([
    ['gw2', 'inside'],
    ['fe2', 'gateways'],
    ['edge1', 'gateways'],
  ] as const)('is refused in the role of %s at the port %s', async (name, port) => {
    const before = network.lines.length;
    const peer = await network.dialler(name);
    await expect(peer.ask(network.hop(port), 'OPTIONS', 'sip:med1.contoso.example')).rejects.toThrow();
    const found = await refusalOf(network, (line) => network.lines.indexOf(line) >= before);
    expect(found).toBe('role-not-allowed-on-link');
  });

  it.each([
    ['fe1', 'inside', links.frontEndToMediation.row, 'b'],
    ['gw1', 'gateways', links.mediationToGateway.row, 'a'],
  ] as const)(
    'is refused as %s where the topology has the other side open the link',
    async (name, port, row, mayOpen) => {
      const narrowed = await start({ parts: { links: [{ row, mayOpen }] } });
      const peer = await narrowed.dialler(name);
      await expect(peer.ask(narrowed.hop(port), 'OPTIONS', 'sip:med1.contoso.example')).rejects.toThrow();
      expect(await refusalOf(narrowed, () => true)).toBe('direction-not-allowed');
    },
  );

  it.each([
    ['fe1', 'inside', links.frontEndToMediation.row, 'b'],
    ['gw1', 'gateways', links.mediationToGateway.row, 'a'],
  ] as const)(
    'sends no requests as %s where the topology has the other side send them',
    async (name, port, row, maySend) => {
      const narrowed = await start({ parts: { links: [{ row, maySend }] } });
      const peer = await narrowed.dialler(name);
      const answer = await peer.ask(narrowed.hop(port), 'OPTIONS', 'sip:med1.contoso.example');
      expect(answer.status).toBe(403);
    },
  );
});

describe('a gateway that a mediation server dials', () => {
  it.each([
    ...wrong.filter(([, reason]) => reason !== 'revoked'),
    ['of another server', 'name-mismatch', { fqdn: 'fe2.contoso.example' }],
  ] as const)('gets no call with a certificate %s: %s', async (_, expected, certificate) => {
    const calling = await start({ there: { gw2: certificate } });
    expect((await callOut(calling)).status).toBe(504);
    // A certificate for a name that was not asked for is refused before anybody looks whose it is.
    const reason = expected === 'not-in-topology' ? 'name-mismatch' : expected;
    expect(await refusalOf(calling, () => true)).toBe(reason);
    expect(calling.peer('gw2').received).toEqual([]);
  });

  it('gets no call with a certificate that was revoked', async () => {
    const calling = await start({ there: { gw1: { isRevoked: true } } });
    const frontEnd = await calling.dialler('fe1');
    const answer = await frontEnd.ask(calling.hop('inside'), 'INVITE', 'sip:112@contoso.example', ofAlice);
    expect(answer.status).toBe(504);
    expect(await refusalOf(calling, () => true)).toBe('revoked');
    expect(calling.peer('gw1').received).toEqual([]);
  });

  it('gets no call where the topology lets it open the link alone', async () => {
    const row = links.mediationToGateway.row;
    const narrowed = await start({ parts: { links: [{ row, mayOpen: 'b' }] }, there: { gw2: {} } });
    expect((await callOut(narrowed)).status).toBe(504);
    expect(narrowed.peer('gw2').received).toEqual([]);
  });
});
