import { randomBytes, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCrlPublisher, createIssuance, createRevocationDesk, userNames } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import { initialiseAuthority, openAuthorityFolder } from '@entente/pki/node';
import { createJudge, type Question } from '@entente/trust';
import { decodeCrl, encodePem } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverNames } from './authority.ts';
import { memoryLedgers } from './memory-ledgers.ts';
import { hasOpenssl, opensslTried } from './openssl.ts';

let folder: string;
let scene: Awaited<ReturnType<typeof build>>;

/** A whole authority at the real time: others verify against their own clock. */
async function build() {
  const directory = join(folder, 'ca');
  const openLedger = memoryLedgers();
  const objectsUrl = 'http://ca.contoso.example';
  const made = await initialiseAuthority({
    directory,
    domain: 'contoso.example',
    fqdn: 'ca.contoso.example',
    objectsUrl,
    now: Date.now(),
    openLedger,
  });
  const opened = await openAuthorityFolder(directory, openLedger);
  const { issuer, ledger, roots: anchors, throwAway } = opened;
  const common = { issuer, ledger, clock: Date.now, objectsUrl };
  const issuance = createIssuance({
    ...common,
    anchors,
    throwAway,
    random: randomBytes,
    mayIssue: ({ profile, subject }) => ({
      ok: true,
      names: profile === 'user' ? userNames(subject) : serverNames,
    }),
  });
  const publisher = createCrlPublisher(common);
  const desk = createRevocationDesk(ledger, publisher, Date.now);
  const issue = async (profile: 'server' | 'user', subject: string, file: string) => {
    const key = await createKeyAndRequest({ subject });
    const outcome = await issuance.issue(
      { profile, subject, request: key.request },
      { kind: 'administrator', name: 'alice' },
    );
    if (!outcome.ok) throw new Error(outcome.refusal.message);
    const path = join(folder, file);
    await writeFile(path, encodePem('CERTIFICATE', outcome.certificate.der));
    return { ...outcome.certificate, path };
  };
  const server = await issue('server', 'fe01.contoso.example', 'server.crt');
  const revoked = await issue('server', 'fe01.contoso.example', 'revoked.crt');
  const user = await issue('user', 'alice@contoso.example', 'user.crt');
  await desk.revoke(revoked.serialHex, 'keyCompromise');
  const crl = publisher.current(0)?.der as Uint8Array;
  const crlFile = join(folder, 'issuing.crl');
  await writeFile(crlFile, encodePem('X509 CRL', crl));
  return { made, opened, server, revoked, user, crl, crlFile };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-interop-'));
  scene = await build();
});
afterAll(async () => {
  await scene.opened[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function verify(path: string, ...more: string[]) {
  const { rootCertificate, issuingCertificate, rootCrl } = scene.made.files;
  const lists = ['-crl_check_all', '-CRLfile', rootCrl, '-CRLfile', scene.crlFile];
  const chain = ['-CAfile', rootCertificate, '-untrusted', issuingCertificate];
  return opensslTried('verify', '-x509_strict', ...lists, ...chain, ...more, path);
}

describe.skipIf(!hasOpenssl)('openssl, strict and with both revocation lists', () => {
  for (const purpose of ['sslserver', 'sslclient']) {
    it(`accepts a server certificate as ${purpose} under each of its names`, () => {
      for (const name of serverNames.dnsNames) {
        const { ok, output } = verify(scene.server.path, '-purpose', purpose, '-verify_hostname', name);
        expect(ok, output).toBe(true);
      }
    });
  }

  it('refuses it under another name', () => {
    const { ok, output } = verify(scene.server.path, '-verify_hostname', 'fe02.contoso.example');
    expect(ok).toBe(false);
    expect(output).toContain('hostname mismatch');
  });

  it('refuses a revoked certificate', () => {
    const { ok, output } = verify(scene.revoked.path);
    expect(ok).toBe(false);
    expect(output).toContain('certificate revoked');
  });

  it('accepts a user certificate as a client and not as a server', () => {
    expect(verify(scene.user.path, '-purpose', 'sslclient').ok).toBe(true);
    expect(verify(scene.user.path, '-purpose', 'sslserver').ok).toBe(false);
  });
});

describe('our own judge', () => {
  const question: Question = {
    now: Date.now(),
    link: { name: 'test', direction: 'outbound', interface: 'internal', purpose: 'server' },
    identity: { mode: 'sip-domain', domain: 'pool01.contoso.example' },
    authorise: () => ({ ok: true }),
  };
  const judgeOf = () => {
    const { root, rootCrl } = scene.opened;
    const lists = [rootCrl.der, scene.crl].map((der) => decodeCrl(der));
    return createJudge({
      anchors: { anchors: [{ name: 'enterprise', certificate: root, revocation: { mode: 'hard-fail' } }] },
      revocation: { crls: lists.flatMap((list) => (list.ok ? [list.value] : [])) },
    });
  };
  const ask = (chain: readonly Uint8Array[], changes: Partial<Question> = {}) =>
    judgeOf().judge({ certificates: chain }, { ...question, now: Date.now(), ...changes });

  it('trusts a server certificate for a SIP name that stands in both forms', () => {
    expect(ask(scene.server.chain)).toMatchObject({ trusted: true });
  });

  it('refuses a revoked certificate', () => {
    expect(ask(scene.revoked.chain)).toMatchObject({ trusted: false, rejection: { reason: 'revoked' } });
  });

  it('refuses a user certificate as a server', () => {
    expect(ask(scene.user.chain)).toMatchObject({
      trusted: false,
      rejection: { reason: 'extended-key-usage-missing' },
    });
  });

  it('reads the same names as node:crypto', () => {
    const node = new X509Certificate(scene.server.der);
    expect(node.checkHost('pool01.contoso.example')).toBe('pool01.contoso.example');
    expect(node.checkHost('fe02.contoso.example')).toBeUndefined();
  });
});
