import { sampleTopology } from '@entente/testkit/topology';
import type { Certificate, CertificateList } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { renewalFailure } from '../credential/renewal-failure.ts';
import { memberProblems } from './member-problem.ts';
import { ownCertificateProblem } from './own-certificate.ts';
import type { RenewalStanding } from './renewal-problem.ts';

const topology = sampleTopology({});
const { alarmAfterSeconds, refuseAfterSeconds } = topology.policies.trustState;
const confirmedAt = Date.parse(topology.document.issued);
const fqdn = 'fe1.contoso.example';
const issuer = { canonical: '2.5.4.3=contoso\u0000', toString: () => 'CN=Contoso' };
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
  const own = ownCertificateProblem(fqdn, more.leaf ?? leaf, state.lists, now);
  return memberProblems(state, own).map(({ part, stops }) => [part, stops]);
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
    const [unreached] = memberProblems(state, undefined);
    expect(unreached?.remedy).toContain('can reach the authority');
    expect(memberProblems(state, undefined, refusal)).toEqual([
      {
        ...unreached,
        message: `${unreached?.message} What the authority says is refused (stale): The trust state expired.`,
        remedy: 'Check the clocks.',
      },
    ]);
  });

  it('is a clock that is ahead, as soon as what the authority answers is over by it, and not only once the topology is not confirmed', () => {
    const state = {
      topology,
      lists: [],
      latestSigned: undefined,
      confirmation: { confirmedAt, now: confirmedAt + 1_000 },
    };
    const refusal = {
      reason: 'stale',
      message: 'The trust state expired.',
      remedy: 'check the clocks',
    } as const;
    expect(memberProblems(state, undefined, refusal)).toEqual([
      {
        part: 'clock',
        message:
          'what the authority answers is over by the clock of this server, which may be ahead: The trust state expired.',
        remedy: 'Check the clocks.',
        stops: false,
      },
    ]);
    expect(memberProblems(state, undefined, { ...refusal, reason: 'forked' })).toEqual([]);
  });

  it('is a certificate or a list that is over by a clock that may be ahead, which the remedy has checked first', () => {
    const now = confirmedAt + 1_000;
    const over = { ...leaf, notAfter: now - 1 } as Certificate;
    const state = {
      topology,
      lists: [list(now)],
      latestSigned: undefined,
      confirmation: { confirmedAt, now },
    };
    const [own, expired] = memberProblems(state, ownCertificateProblem(fqdn, over, [], now));
    expect(own?.remedy).toMatch(
      /^check the clock of this server first .* where it is right, ask an administrator/,
    );
    expect(expired?.remedy).toContain('that the clock of this server is not ahead of it');
    const revoked = ownCertificateProblem(fqdn, leaf, [list(now + 1, true)], now);
    expect(revoked?.fields.remedy, 'no clock revokes').toMatch(/^ask an administrator/);
  });

  it('is a certificate of its own that is revoked or over', () => {
    const now = confirmedAt + 1_000;
    expect(found(now, { lists: [list(now + 1, true)] })).toEqual([['own-certificate', true]]);
    expect(found(now, { leaf: { ...leaf, notAfter: now - 1 } as Certificate })).toEqual([
      ['own-certificate', true],
    ]);
  });

  describe('in the renewal of a certificate of its own', () => {
    const [begin, end] = [confirmedAt - 6_000, confirmedAt + 6_000];
    const renewing = { ...leaf, notBefore: begin, notAfter: end } as Certificate;
    const problems = (
      now: number,
      failure?: RenewalStanding['failure'],
      lists: readonly CertificateList[] = [],
    ) =>
      memberProblems(
        { topology, lists, latestSigned: undefined, confirmation: { confirmedAt, now } },
        ownCertificateProblem(fqdn, renewing, lists, now),
        undefined,
        [{ side: 'external', leaf: renewing, failure }],
      );

    it('is one in the last third of its life that was not renewed, which stops nothing yet', () => {
      expect(problems(end - 4_001)).toEqual([]);
      expect(problems(end - 4_000)).toMatchObject([
        {
          part: 'own-certificate',
          message: expect.stringContaining(
            `external interface that was renewed after half of its life, found one in its last third, valid until ${new Date(end).toISOString()}`,
          ),
          remedy: expect.stringMatching(/^Check that the authority runs .*\.$/),
          stops: false,
        },
      ]);
    });

    it('is the last attempt where it failed, with what is to be done about that', () => {
      const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      const [problem] = problems(confirmedAt, renewalFailure(full));
      expect(problem).toMatchObject({ part: 'own-certificate', stops: false });
      expect(problem?.message).toContain('was not renewed: ENOSPC: no space left on device, write');
      expect(problem?.remedy).toMatch(/^Make space on the disk/);
      const remedyOf = (error: Error) => problems(confirmedAt, renewalFailure(error))[0]?.remedy;
      expect(remedyOf(new Error('connect ECONNREFUSED'))).toMatch(/^Check that the authority runs/);
      expect(remedyOf(Object.assign(new Error('refused'), { remedy: 'compare the clocks' }))).toBe(
        'Compare the clocks.',
      );
    });

    it('is nothing beside a certificate that is over', () => {
      const failure = { message: 'refused', remedy: 'join', isUnreached: false };
      expect(problems(confirmedAt, failure, [list(confirmedAt + 1, true)])).toMatchObject([{ stops: true }]);
    });
  });

  it('is a revocation list that has expired, by the name of its issuer as people read it', () => {
    expect(found(confirmedAt + 2_000, { lists: [list(confirmedAt + 2_000)] })).toEqual([
      ['revocation-list', false],
    ]);
    const confirmation = { confirmedAt, now: confirmedAt + 2_000 };
    const state = { topology, lists: [list(confirmedAt + 2_000)], latestSigned: undefined, confirmation };
    expect(memberProblems(state, undefined)[0]?.message).toContain(
      'a revocation list of CN=Contoso that is in force',
    );
  });

  it('is a clock behind what the authority has signed, by more than the verdict allows', () => {
    const now = confirmedAt + 1_000;
    expect(found(now, { latestSigned: now + 300_000 })).toEqual([]);
    expect(found(now, { latestSigned: now + 300_001 })).toEqual([['clock', true]]);
  });
});
