import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Requester, trustStateName, trustStatePurpose } from '@entente/pki';
import { StepClock } from '@entente/testkit';
import type { Peer } from '@entente/tls';
import {
  decodeTrustState,
  memberProblemsFormat,
  memberStandingFormat,
  type SignedTrustState,
  topologyHash,
} from '@entente/topology';
import { type CertificateList, decodeCrl, decodePemCertificates } from '@entente/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mayIssueStateKey } from '../src/trust-state/state-key.ts';
import { contoso, next, signed } from './contoso.ts';
import { InProcessAuthority, member } from './in-process-authority.ts';

const start = Date.UTC(2026, 5, 1);
const minute = 60_000;
const day = 24 * 60 * minute;

const fe01 = member('fe01.contoso.example');

describe('the trust state of an authority', () => {
  let clock: StepClock;
  let run: InProcessAuthority;
  beforeEach(async () => {
    clock = new StepClock(start);
    run = await InProcessAuthority.start({ clock, isPublished: false });
  });
  afterEach(() => run[Symbol.asyncDispose]());

  const get = (path: string, peer: Peer | null = fe01) => run.fetch(path, undefined, peer);
  const publish = (document = contoso) => run.ask('/topology', signed(document));
  const state = async (): Promise<SignedTrustState> => {
    const response = await get('/state');
    const decoded = decodeTrustState(await response.text());
    if (!decoded.ok) throw new Error(`${response.status} ${decoded.message}`);
    return decoded;
  };
  const listAt = async (path: string): Promise<CertificateList> => {
    const decoded = decodeCrl(new Uint8Array(await (await get(path)).arrayBuffer()));
    if (!decoded.ok) throw new Error(decoded.error.message);
    return decoded.value;
  };

  /** The clock is ahead until all that the authority signs is of then; then it is right, and the authority stopped. */
  const ahead = async ({ isRootHere }: { readonly isRootHere: boolean }): Promise<void> => {
    await publish();
    clock.advance(4 * day);
    const signedAt = async (): Promise<number> => {
      const { signer, state: told } = await state();
      const own = decodePemCertificates(run.authority.listener.identity.current.certificatePem);
      const named = isRootHere ? told.lists : [];
      const lists = await Promise.all(named.map((one) => listAt(`/lists/${one.issuer}/${one.shard}`)));
      const certificates = [signer, ...(own.ok ? own.value.slice(0, 1) : [])];
      return Math.min(
        ...certificates.map(({ notBefore }) => notBefore),
        ...lists.map(({ thisUpdate }) => thisUpdate),
      );
    };
    await expect.poll(signedAt).toBeGreaterThan(start + day);
    await run.authority[Symbol.asyncDispose]();
    clock.time = start + minute;
  };

  it('is for members, and there is none before the first topology', async () => {
    expect((await get('/state', null)).status).toBe(401);
    expect((await get('/lists/0000000000000000/0', null)).status).toBe(401);
    expect((await get('/state')).status).toBe(404);
    await publish();
    expect((await get('/state')).status).toBe(200);
  });

  it('names the topology in force and each list with number, hash and length', async () => {
    await publish();
    const first = (await state()).state;
    expect(first.topology).toEqual({ version: 1, hash: topologyHash(contoso) });
    expect(first.lists).toHaveLength(2);
    for (const { bytes, issuer, number, sha256, shard } of first.lists) {
      const path = `/lists/${issuer}/${shard}`;
      const list = await listAt(path);
      expect([Number(list.crlNumber), list.der.length]).toEqual([number, bytes]);
      const again = await run.fetch(path, undefined, fe01, { 'if-none-match': `"${sha256}"` });
      expect(again.status, 'a list is not sent to a member that has it').toBe(304);
      const other = await run.fetch(path, undefined, fe01, { 'if-none-match': `"${number}"` });
      expect(other.status).toBe(200);
    }
    expect((await get('/lists/0000000000000000/0')).status).toBe(404);
  });

  it('is signed again with each change before the change is answered, and at the interval of the topology', async () => {
    await publish();
    const first = (await state()).state;
    const second = next(contoso, { policies: { trustState: { intervalSeconds: 20 } } });
    expect((await publish(second)).status).toBe(200);
    const changed = (await state()).state;
    expect(changed.topology.version).toBe(2);
    expect(changed.sequence).toBeGreaterThan(first.sequence);
    clock.advance(minute);
    await expect.poll(async () => (await state()).state.sequence).toBeGreaterThan(changed.sequence);
    const later = (await state()).state;
    await expect
      .poll(async () => {
        clock.advance(20_000);
        return (await state()).state.sequence;
      })
      .toBeGreaterThan(later.sequence);
    expect(Date.parse(later.expires)).toBeGreaterThan(Date.parse(later.signedAt));
  });

  it('never has a lower sequence, also after a restart, and after a copy of the files was restored', async () => {
    await publish();
    const before = (await state()).state.sequence;
    const copy = await readFile(join(run.directory, 'state-sequence.json'), 'utf8');
    await run.restart();
    const restarted = (await state()).state.sequence;
    expect(restarted).toBeGreaterThan(before);
    await run.authority[Symbol.asyncDispose]();
    await writeFile(join(run.directory, 'state-sequence.json'), copy);
    clock.advance(day);
    await run.restart();
    expect((await state()).state.sequence).toBeGreaterThan(restarted);
  });

  it('is signed with a key that issues nothing and that no TLS peer is accepted with', async () => {
    await publish();
    const { signer } = await state();
    expect(signer.extKeyUsage).toEqual([trustStatePurpose]);
    expect(signer.basicConstraints?.cA ?? false).toBe(false);
    expect(signer.subjectAltName).toEqual([{ type: 'uri', value: trustStateName('contoso.example') }]);
    expect((await stat(join(run.directory, 'state.key'))).mode & 0o777).toBe(0o600);
  });

  it('has the same key after a restart, and another at half of its life', async () => {
    await publish();
    const { serialHex } = (await state()).signer;
    await run.restart();
    expect((await state()).signer.serialHex).toBe(serialHex);
    clock.advance(5 * day);
    await expect.poll(async () => (await state()).signer.serialHex).not.toBe(serialHex);
  });

  it('has another key once the clock is right that was ahead when the key got its certificate', async () => {
    // What it signs is not what this is about.
    await rm(join(run.directory, 'root_ca.key'));
    await ahead({ isRootHere: false });
    await run.restart();
    expect((await state()).signer.notBefore).toBeLessThanOrEqual(clock.now());
  });

  it('begins all the same where the root has signed a list of the future meanwhile, so that nothing can be issued', async () => {
    await ahead({ isRootHere: true });
    // Where it is beside the authority, the root signs again.
    await rm(join(run.directory, 'root_ca.key'));
    run.lines.length = 0;
    await run.restart();
    expect((await get('/topology')).status).toBe(200);
    // Each attempt leaves a serial number on the list: there is one for each of the two certificates, and the next one in an hour.
    const events = () => run.lines.map(({ fields }) => (fields as { event?: string }).event);
    const attempts = () => events().filter((event) => event === 'renewal-failed').length;
    expect(attempts()).toBe(2);
    const { sequence } = (await state()).state;
    clock.advance(10 * minute);
    await expect.poll(async () => (await state()).state.sequence).toBeGreaterThan(sequence);
    expect(attempts()).toBe(2);
    clock.advance(60 * minute);
    await expect.poll(attempts).toBe(4);
  });

  it('has another key at once where the certificate of its key is revoked', async () => {
    await publish();
    const { serialHex } = (await state()).signer;
    expect((await run.ask('/revoke', { serial: serialHex })).status).toBe(200);
    const after = await state();
    expect(after.signer.serialHex).not.toBe(serialHex);
    const [named] = after.state.lists.filter(({ issuer }) => issuer === after.state.lists[0]?.issuer);
    expect(named).toBeDefined();
  });

  it('stands beside what members say of themselves, which administrators see', async () => {
    await publish();
    const say = (body: string, peer: Peer | null = fe01) => run.fetch('/standing', body, peer);
    const formats = ['entente-topology/1'];
    const certificateEnd = '2026-06-08T00:00:00.000Z';
    const said = { format: memberStandingFormat, topology: 1, state: 5, lists: [], certificateEnd, formats };
    expect((await say(JSON.stringify(said), null)).status).toBe(401);
    expect((await say(JSON.stringify({ ...said, more: 1 }))).status).toBe(400);
    expect((await say('x'.repeat(200_000))).status).toBe(413);
    expect((await say(JSON.stringify(said))).status).toBe(204);
    const problems = [{ part: 'files', message: 'it is full', remedy: 'make room' }];
    const wrong = JSON.stringify({ format: memberProblemsFormat, problems });
    expect([(await say(wrong, null)).status, (await say(wrong)).status]).toEqual([401, 204]);
    expect((await get('/members')).status).toBe(403);
    const { answer } = await run.ask('/members');
    const { at, members, since } = answer as { at: string; since: string; members: { server: string }[] };
    expect(Date.parse(at)).toBeGreaterThanOrEqual(Date.parse(since));
    expect(members.find(({ server }) => server === 'fe01.contoso.example')).toMatchObject({
      standing: said,
      problems,
    });
  });

  it('does not name a topology that a member has not said it reads', async () => {
    await publish();
    const text = signed(next(contoso, { title: 'second' })).replace(
      'entente-topology/1',
      'entente-topology/2',
    );
    expect(await run.ask('/topology', text)).toMatchObject({
      status: 422,
      answer: {
        reason: 'format-not-read',
        detail: expect.stringContaining('fe01.contoso.example, edge01.contoso.example'),
      },
    });
    expect((await state()).state.topology.version).toBe(1);
  });

  it('has a certificate that the authority gives itself alone', async () => {
    const others = () => ({ ok: true, names: { commonName: '', dnsNames: [], uris: [] } }) as const;
    const mayIssue = mayIssueStateKey({ domain: 'contoso.example', fqdn: 'ca.contoso.example' }, others);
    const request = {
      profile: 'trust-state',
      subject: 'trust-state',
      publicKey: new Uint8Array(),
      requestedNames: [],
    } as const;
    const answer = async (requester: Requester) => (await mayIssue(request, requester)).ok;
    expect(await answer({ kind: 'server', server: 'ca.contoso.example', serialHex: 'self' })).toBe(true);
    expect(await answer({ kind: 'server', server: 'ca.contoso.example', serialHex: '01' })).toBe(false);
    expect(await answer({ kind: 'server', server: 'fe01.contoso.example', serialHex: 'self' })).toBe(false);
    expect(await answer({ kind: 'administrator', name: 'alice' })).toBe(false);
    expect(await answer({ kind: 'join-token', server: 'ca.contoso.example', tokenId: '01' })).toBe(false);
    const ofServer = { ...request, profile: 'server' } as const;
    expect(
      await mayIssue(ofServer, { kind: 'administrator', name: 'alice' }),
      'others have their rule',
    ).toEqual(others());
  });
});
