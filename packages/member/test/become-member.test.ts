import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIssuance, enrolHandler, issueJoinToken, type JoinToken, spkiHash } from '@entente/pki';
import { enrol } from '@entente/pki/client';
import { createMemoryLedger } from '@entente/pki/ledger';
import { initialiseAuthority, openAuthorityFolder } from '@entente/pki/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemberFiles } from '../src/files/member-files.ts';
import { becomeMember } from '../src/join/become-member.ts';
import { FailingFiles } from './failing-files.ts';

const objectsUrl = 'http://ca.contoso.example';
const server = 'fe1.contoso.example';

const openLedger = async () => createMemoryLedger();

/** An authority that gives any server a certificate of its own name. */
async function startAuthority(directory: string) {
  const fqdn = 'ca.contoso.example';
  await initialiseAuthority({
    directory,
    domain: 'contoso.example',
    fqdn,
    objectsUrl,
    now: Date.now(),
    openLedger,
  });
  const opened = await openAuthorityFolder(directory, openLedger);
  const { issuer, ledger, root, roots: anchors, throwAway } = opened;
  const time = { now: Date.now() };
  const clock = () => time.now;
  const issuance = createIssuance({
    issuer,
    ledger,
    anchors,
    throwAway,
    clock,
    random: randomBytes,
    objectsUrl,
    mayIssue: ({ subject }) => ({
      ok: true,
      names: { commonName: subject, dnsNames: [subject], uris: [`sip:${subject}`] },
    }),
  });
  const handler = enrolHandler({ issuance, ledger, clock });
  const rootSpkiHash = spkiHash(root.publicKey.der);
  const order = { authority: 'https://ca.contoso.example', server, rootSpkiHash, createdBy: 'alice' };
  const token = await issueJoinToken(
    { ledger, clock, random: randomBytes },
    { ...order, administratorsHash: 'ab'.repeat(32) },
  );
  return {
    token,
    time,
    issued: () => ledger.issuedTo(server, 0),
    /** Joins with the files; `lose` loses the answer. */
    join: (files: MemberFiles, { lose = false, as = token }: { lose?: boolean; as?: JoinToken } = {}) =>
      becomeMember({
        token: as,
        files,
        fetchRoot: async () => root,
        ask: (key) =>
          enrol({
            token: as,
            key,
            async transport(request) {
              const answer = await handler(request, undefined);
              if (lose) throw new Error('the connection is gone');
              return answer;
            },
          }),
      }),
    [Symbol.asyncDispose]: opened[Symbol.asyncDispose],
  };
}

describe('a server that joins', () => {
  let folder: string;
  let directory: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-join-'));
    directory = join(folder, 'member');
    await new MemberFiles(directory).prepare();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const onDisk = async () => {
    const files = new MemberFiles(directory);
    return { certificate: await files.read('certificate'), membership: await files.membership() };
  };

  it('gets the same certificate where the answer was lost', async () => {
    await using authority = await startAuthority(join(folder, 'ca'));
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(authority.join(new MemberFiles(directory), { lose: true })).rejects.toThrow();
    }
    await authority.join(new MemberFiles(directory));
    expect(await authority.issued()).toHaveLength(1);
    expect((await onDisk()).certificate).toBeDefined();
    expect(await readdir(directory)).not.toContain('tls.next.key');
  });

  it('goes on after a crash at any moment, with one certificate', async () => {
    for (let operations = 0, crashed = true; crashed; operations++) {
      await using authority = await startAuthority(join(folder, `ca${operations}`));
      crashed = await authority.join(new FailingFiles(directory, operations)).then(
        () => false,
        () => true,
      );
      const before = await onDisk();
      // What a complete run has left is joined, and `joinDomain` asks no more.
      if (crashed) await authority.join(new MemberFiles(directory));
      const after = await onDisk();
      expect(await authority.issued(), `after ${operations} operations`).toHaveLength(1);
      expect(after.certificate).toBe(before.certificate ?? after.certificate);
      expect(after.membership).toMatchObject({ administratorsHash: 'ab'.repeat(32) });
      expect(await readdir(directory)).not.toContain('tls.next.key');
      await rm(directory, { recursive: true });
      await new MemberFiles(directory).prepare();
    }
  });

  it('needs the token no more once the answer is stored: it may have expired', async () => {
    await using authority = await startAuthority(join(folder, 'ca'));
    // key, roots, pending, key, certificate, end of pending; the record of the membership is the next one.
    await expect(authority.join(new FailingFiles(directory, 6))).rejects.toThrow('power failure');
    authority.time.now += 3_600_001;
    await authority.join(new MemberFiles(directory));
    expect((await onDisk()).membership).toBeDefined();
    expect(await authority.issued()).toHaveLength(1);
  });

  it('does not take an old certificate in its directory for the answer', async () => {
    await using authority = await startAuthority(join(folder, 'ca'));
    await authority.join(new MemberFiles(directory));
    const { certificate } = await onDisk();
    await new MemberFiles(directory).remove('membership');
    await expect(authority.join(new MemberFiles(directory))).rejects.toMatchObject({
      code: 'ENTENTE_MEMBER_REFUSED',
    });
    expect((await onDisk()).certificate).toBe(certificate);
  });
});
