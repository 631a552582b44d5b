import type { Judge, TrustVerdict } from '@entente/trust';
import type { Certificate } from '@entente/x509';
import { expect, it } from 'vitest';
import { createTrust } from '../trust/create-trust.ts';
import type { Asking } from '../trust/judge-socket.ts';
import type { TrustedVerdict } from '../trust/peer.ts';
import type { ShownChain } from '../trust/presented-chain.ts';
import { LiveConnections } from './live-connections.ts';

const certificate = { subject: { toString: () => 'CN=edge' }, serialHex: '01' } as unknown as Certificate;
const trusted = {
  trusted: true,
  path: {
    anchor: { name: 'fabrikam', certificate },
    certificates: [certificate],
    validUntil: Number.POSITIVE_INFINITY,
  },
  peer: { dnsNames: ['edge.fabrikam.example'], sipDomains: [], anchor: 'fabrikam' },
  evidence: [],
} as unknown as TrustedVerdict;
const shown = { restOf: () => ({ certificates: [] }), remember() {} } as unknown as ShownChain;

/** Connections whose verdicts take as long as is said. */
function opened(count: number, verdictMs: number) {
  let elapsed = 0;
  let verdicts = 0;
  const judge: Judge = {
    judge(): TrustVerdict {
      elapsed += verdictMs;
      verdicts++;
      return trusted;
    },
  };
  const trust = createTrust({ judge, version: () => '1' });
  const live = new LiveConnections(trust, () => elapsed);
  const asking = { trust, link: {}, identity: { mode: 'inbound' }, authorise: () => ({ ok: true }) };
  for (let index = 0; index < count; index++) {
    const told = { confirmed() {}, withdrawn() {}, failed() {} };
    live.add({ asking: asking as unknown as Asking, shown, verdict: trusted, ...told }, '1');
  }
  return {
    trust,
    get verdicts() {
      return verdicts;
    },
  };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

it('a slice of verdicts ends after five milliseconds, and the rest come after other work', async () => {
  const connections = opened(5, 3);
  connections.trust.announce();
  const seen: number[] = [];
  for (let count = 0; count < 4; count++) {
    await turn();
    seen.push(connections.verdicts);
  }
  expect(seen).toEqual([2, 4, 5, 5]);
});

it('a slice ends after 64 verdicts, however fast they are', async () => {
  const connections = opened(100, 0);
  connections.trust.announce();
  await turn();
  expect(connections.verdicts).toBe(64);
  await turn();
  expect(connections.verdicts).toBe(100);
});
