import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority, createTestLog, type TestAuthority } from '@entente/testkit';
import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { systemClock } from '@entente/tls';
import { outsideObjectUrls, type Topology } from '@entente/topology';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuthorityClient } from '../src/authority/authority-client.ts';
import { CredentialFiles } from '../src/credential/credential-files.ts';
import { RenewedCredential } from '../src/credential/renewed-credential.ts';
import { LastKnownFile } from '../src/files/last-known-file.ts';
import { MemberFiles } from '../src/files/member-files.ts';
import { ProblemReport } from '../src/follow/problem-report.ts';
import { JoinedMember } from '../src/join/joined-member.ts';
import { DomainState } from '../src/state/domain-state.ts';
import { openDomainTrust } from '../src/state/domain-trust.ts';
import { certificateOf, TestClock } from './sample-domain.ts';

const fqdn = 'edge1.contoso.example';

function topologyWith(outside: string): Topology {
  const interfaces = { external: { fqdn: outside } };
  return sampleTopology({ servers: [sampleFrontEnd, { fqdn, role: 'edge', interfaces }] });
}

describe('a member that comes to its end', () => {
  let directory: string;
  let root: TestAuthority;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-end-'));
    root = await createTestAuthority('Contoso Root');
    const { chainPem, keyPem } = await root.issue({ dnsNames: [fqdn], uris: [`sip:${fqdn}`] });
    const pair = { certificate: chainPem, key: keyPem };
    await new CredentialFiles(new MemberFiles(directory), 'internal').replace(pair);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** A member whose authority answers when it comes to its end, with a certificate of these names; without names, it refuses at once. */
  const start = async (dnsNames: readonly string[]) => {
    const files = new MemberFiles(directory);
    const warnings: string[] = [];
    const log = createTestLog(({ level, message }) => level === 'warn' && warnings.push(message));
    const first = topologyWith('access.contoso.example');
    let asked = 0;
    const reached: (() => void)[] = [];
    const clock = new TestClock(Date.now());
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const authority = {
      url: 'https://ca.contoso.example',
      async enrolTransport(request: Request) {
        asked += 1;
        if (dnsNames.length === 0) throw new Error('it gives none');
        const wanted = new Uint8Array(await request.arrayBuffer());
        await ended;
        const chain = await root.certify(wanted, {
          dnsNames,
          // Older than the one that asks, so that it could be renewed at once.
          notBefore: Date.now() - 7_200_000,
          uris: dnsNames.map((name) => `sip:${name}`),
          crlUrl: outsideObjectUrls(first).map((url) => `${url}/list.crl`),
        });
        return new Response(chain, { status: 201 });
      },
      async [Symbol.asyncDispose]() {
        end();
      },
    } as Partial<AuthorityClient> as AuthorityClient;
    const credentialFiles = new CredentialFiles(files, 'internal');
    const credential = await credentialFiles.load();
    if (credential === undefined) throw new Error('no credential');
    const internal = new RenewedCredential(credential, {
      subject: () => fqdn,
      files: credentialFiles,
      authority,
      clock,
      log,
    });
    const state = new DomainState({
      topology: first,
      roots: [certificateOf(root)],
      lists: [],
      lastKnown: {},
      clock: systemClock,
      onFault: (fault) => void warnings.push(String(fault)),
    });
    const trust = await openDomainTrust(state, { hosts: [], cacheDirectory: join(directory, 'revocation') });
    const member = new JoinedMember({
      fqdn,
      state,
      trust,
      authority,
      internal,
      follower: {
        onAccounts: () => () => {},
        onReached: (listener) => {
          reached.push(listener);
          return () => {};
        },
        refusal: undefined,
        problems: new ProblemReport(async () => {}),
        async [Symbol.asyncDispose]() {},
      },
      own: { problem: undefined },
      pushes: { async [Symbol.asyncDispose]() {} },
      files,
      lastKnownFile: new LastKnownFile(files, log, {}),
      lock: { async [Symbol.asyncDispose]() {} },
      spreadMs: 0,
      log,
    });
    return {
      member,
      warnings,
      asked: () => asked,
      clock,
      internal,
      reached: () => {
        for (const listener of reached) listener();
      },
      state,
      rename(outside: string) {
        state.takeUp({ topology: topologyWith(outside), confirmedAt: Date.now() });
      },
    };
  };

  const fitting = ['access.contoso.example', 'sip.contoso.example', 'contoso.example'];
  it.each([
    ['fits the topology', fitting],
    ['does not fit the topology', ['old.contoso.example']],
  ])(
    'has its external interface end with it, also where that one is being opened with a certificate that %s',
    async (_, dnsNames) => {
      const { asked, member, rename, warnings } = await start(dnsNames);
      const opening = member.externalIdentity();
      await expect.poll(asked).toBe(1);
      await member[Symbol.asyncDispose]();
      const left = await readdir(directory);
      await opening;
      rename('other.contoso.example');
      await expect(readdir(directory), 'nothing is written afterwards').resolves.toEqual(left);
      expect(asked(), 'and nothing is asked').toBe(1);
      expect(warnings).toEqual([]);
    },
  );

  it('whose authority was away asks for its certificate again soon after it has reached it', async () => {
    const { asked, clock, internal, member, reached } = await start([]);
    await internal.renewNow();
    expect(asked()).toBe(1);
    clock.advance(30_000);
    expect(asked(), 'it is away still').toBe(1);
    reached();
    clock.advance(30_000);
    await expect.poll(asked).toBe(2);
    await member[Symbol.asyncDispose]();
  });

  it('has in its problems the renewal of either interface that failed', async () => {
    const { chainPem, keyPem } = await root.issue({ dnsNames: ['old.contoso.example'] });
    const pair = { certificate: chainPem, key: keyPem };
    await new CredentialFiles(new MemberFiles(directory), 'external').replace(pair);
    const { member } = await start([]);
    const problems = () =>
      member
        .problems()
        .filter(({ part }) => part === 'own-certificate')
        .map(({ message }) => message);
    expect(problems()).toEqual([]);
    await member.externalIdentity();
    // An internal one that asks must be newer.
    await expect
      .poll(problems)
      .toEqual([
        expect.stringMatching(/of the internal interface.*: .*it gives none/),
        expect.stringMatching(/of the external interface.*: .*must be renewed first/),
      ]);
    await member[Symbol.asyncDispose]();
  });

  it('opens no external interface afterwards, of which nobody would dispose', async () => {
    const { asked, member } = await start(fitting);
    await member[Symbol.asyncDispose]();
    await expect(member.externalIdentity()).rejects.toMatchObject({ code: 'ENTENTE_MEMBER_CLOSED' });
    expect(asked()).toBe(0);
  });

  it('had asked for another certificate of its inside when the topology gave it other names, and for none while they were the same', async () => {
    const { asked, member, rename, state } = await start([fqdn, 'pool1.contoso.example']);
    rename('other.contoso.example');
    expect(asked()).toBe(0);
    const servers = [{ ...sampleFrontEnd, fqdn }];
    state.takeUp({ topology: sampleTopology({ servers }), confirmedAt: Date.now() });
    await expect.poll(asked).toBe(1);
    await member[Symbol.asyncDispose]();
  });
});
