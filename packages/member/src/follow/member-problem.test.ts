import { sampleTopology } from '@entente/testkit/topology';
import type { Certificate, CertificateList } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { memberProblems } from './member-problem.ts';

const topology = sampleTopology({});
const { alarmAfterSeconds, refuseAfterSeconds } = topology.policies.trustState;
const confirmedAt = Date.parse(topology.document.issued);
const fqdn = 'fe1.contoso.example';
const issuer = { canonical: 'cn=contoso' };
const leaf = {
  notAfter: confirmedAt + 1e12,
  serialHex: '0a',
  serialNumber: 10n,
  issuer,
} as unknown as Certificate;
const list = (nextUpdate: number, revoked = false): CertificateList =>
  ({
    issuer,
    crlNumber: 7n,
    nextUpdate,
    lookup: () => (revoked ? { reason: 'keyCompromise', revocationDate: confirmedAt } : undefined),
  }) as unknown as CertificateList;

function found(
  now: number,
  more: { lists?: readonly CertificateList[]; latestSigned?: number; leaf?: Certificate } = {},
) {
  const state = {
    topology,
    lists: more.lists ?? [],
    latestSigned: more.latestSigned,
    confirmation: { confirmedAt, now },
  };
  return memberProblems(fqdn, state, more.leaf ?? leaf).map(({ part, stops }) => [part, stops]);
}

describe('what is wrong with a member', () => {
  it('is nothing while the topology is confirmed, lists are in force and its certificate is good', () => {
    expect(found(confirmedAt + 1_000, { lists: [list(confirmedAt + 2_000)] })).toEqual([]);
  });

  it('is a topology that is not confirmed, which stops it once every peer is refused', () => {
    expect(found(confirmedAt + alarmAfterSeconds * 1_000)).toEqual([['topology', false]]);
    expect(found(confirmedAt + refuseAfterSeconds * 1_000)).toEqual([['topology', true]]);
  });

  it('is a topology that is not confirmed because what the authority says is refused, and why', () => {
    const state = {
      topology,
      lists: [],
      latestSigned: undefined,
      confirmation: { confirmedAt, now: confirmedAt + refuseAfterSeconds * 1_000 },
    };
    const refusal = {
      reason: 'stale',
      message: 'The trust state expired.',
      remedy: 'check the clocks',
    } as const;
    const [unreached] = memberProblems(fqdn, state, leaf);
    expect(unreached?.remedy).toContain('can reach the authority');
    expect(memberProblems(fqdn, state, leaf, refusal)).toEqual([
      {
        ...unreached,
        message: `${unreached?.message} What the authority says is refused (stale): The trust state expired.`,
        remedy: 'Check the clocks.',
      },
    ]);
  });

  it('is a certificate of its own that is revoked or over', () => {
    const now = confirmedAt + 1_000;
    expect(found(now, { lists: [list(now + 1, true)] })).toEqual([['own-certificate', true]]);
    expect(found(now, { leaf: { ...leaf, notAfter: now - 1 } as Certificate })).toEqual([
      ['own-certificate', true],
    ]);
  });

  it('is a revocation list that has expired', () => {
    expect(found(confirmedAt + 2_000, { lists: [list(confirmedAt + 2_000)] })).toEqual([
      ['revocation-list', false],
    ]);
  });

  it('is a clock behind what the authority has signed, by more than the verdict allows', () => {
    const now = confirmedAt + 1_000;
    expect(found(now, { latestSigned: now + 300_000 })).toEqual([]);
    expect(found(now, { latestSigned: now + 300_001 })).toEqual([['clock', true]]);
  });
});
