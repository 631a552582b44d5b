import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createCrl,
  createIssuance,
  createIssuer,
  createNextRoot,
  createRootAuthority,
  crossCertify,
  examineRootRequest,
  formatRootAnswer,
  formatRootRequest,
  type Issuer,
  mayCrossCertify,
  type PreparedRoot,
  parseRootAnswer,
  parseRootRequest,
  parseRoots,
  prepareRoot,
  type RootAnswer,
  type RootRequest,
  signRootAnswer,
  spkiHash,
  verifyRootAnswer,
} from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import {
  authorityFolder,
  IssuerStore,
  keySigner,
  rootFiles,
  rootsFile,
  throwAwaySigner,
} from '@entente/pki/node';
import { createJudge } from '@entente/trust';
import {
  type Certificate,
  type CertificateList,
  decodeCertificate,
  decodeCrl,
  encodePem,
} from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectsUrl } from './authority.ts';
import { memoryLedgers } from './memory-ledgers.ts';
import { hasOpenssl, openssl, opensslTried } from './openssl.ts';
import { day, domain, half, startVisit, type Visit } from './root-visit.ts';

const signerOf = () => keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
const read = (der: Uint8Array): Certificate => {
  const decoded = decodeCertificate(der);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
};

const listIn = (der: Uint8Array): CertificateList => {
  const decoded = decodeCrl(der);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
};

let visit: Visit;
let store: IssuerStore;
let request: RootRequest & { readonly nextRoot: number };
let answer: RootAnswer;
/** The next root with its key. */
let next: Issuer;
let prepared: PreparedRoot;

beforeAll(async () => {
  visit = await startVisit();
  store = await visit.store();
  request = { ...(await visit.request(store)), nextRoot: 2 };
  const signer = signerOf();
  prepared = await prepareRoot(request, {
    root: visit.root,
    signer,
    listNumber: 1,
    now: half,
    random: randomBytes,
  });
  next = await createIssuer(prepared.certificate, signer);
  answer = { ...(await visit.answer(request)), nextRoot: prepared };
});
afterAll(() => visit.remove());

async function verify(changes: Partial<PreparedRoot>, time = half): Promise<string> {
  const knowledge = await store.knowledge(domain, objectsUrl, time);
  const verified = verifyRootAnswer({ ...answer, nextRoot: { ...prepared, ...changes } }, knowledge);
  return verified.ok ? 'accepted' : verified.refusal.reason;
}

describe('the next root', () => {
  it('has another name and another key than the present one, and its rights', () => {
    const root = read(prepared.certificate);
    expect(root.subject.toString()).toContain('contoso.example Root CA 2');
    expect(root.basicConstraints).toEqual({ cA: true, critical: true, pathLength: 2 });
    expect(root.notAfter - half).toBe(3_652 * day);
  });

  it('is certified by the present one, down to a path length of 1, and not beyond the end of either', () => {
    const cross = read(prepared.cross as Uint8Array);
    const root = read(prepared.certificate);
    expect(cross.subject.canonical).toBe(root.subject.canonical);
    expect(Buffer.from(cross.publicKey.der)).toEqual(Buffer.from(root.publicKey.der));
    expect(cross.issuer.canonical).toBe(visit.root.certificate.subject.canonical);
    expect(cross.basicConstraints).toEqual({ cA: true, critical: true, pathLength: 1 });
    expect(cross.notAfter).toBe(Math.min(root.notAfter, visit.root.certificate.notAfter));
  });

  it('is not certified by a root that allows one authority below it, and is accepted without that', async () => {
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ]);
    const der = await createRootAuthority({
      name: { organisation: domain, commonName: 'old' },
      keys: keys as never,
      crypto: crypto as never,
      serialNumber: randomBytes(20),
      now: half,
      pathLength: 1,
    });
    expect(mayCrossCertify(read(der))).toBe(false);
    expect(mayCrossCertify(visit.root.certificate)).toBe(true);
    const pem = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
    const root = await createIssuer(
      der,
      keySigner(createPrivateKey({ key: pem, format: 'der', type: 'pkcs8' })),
    );
    const options = { root, signer: signerOf(), listNumber: 1, now: half, random: randomBytes };
    const uncertified = await prepareRoot(request, options);
    expect(uncertified.cross).toBeUndefined();
    const list = await createCrl(root, { number: 1, thisUpdate: half, nextUpdate: half + day, revoked: [] });
    const { issuing: _, ...asked } = request;
    const own = { ...asked, root: spkiHash(der), list, outsideObjectsUrls: [] };
    const plan = examineRootRequest(own, { root: root.certificate, now: half });
    if (!plan.ok) throw new Error(plan.refusal.message);
    const given = await signRootAnswer(plan.value, { root, now: half, random: randomBytes });
    const known = await store.knowledge(domain, objectsUrl, half);
    const verified = verifyRootAnswer(
      { ...given, nextRoot: uncertified },
      { ...known, root: root.certificate, roots: [root.certificate], issuers: [], list: listIn(list) },
    );
    expect(verified.ok && verified.value.nextRoot).toMatchObject({ number: 2, cross: undefined });
  });

  it('goes to the authority in the same file as everything else that the root has signed', () => {
    expect(parseRootAnswer(formatRootAnswer(answer))).toEqual(answer);
    expect(parseRootRequest(formatRootRequest(request))).toEqual(request);
    const text = formatRootAnswer(answer);
    expect(parseRootAnswer(text.replace('"nextRoot": {', '"nextRoot": { "certificate": 1,'))).toEqual(answer);
    expect(parseRootAnswer(text.replace('"nextRoot": {', '"nextRoot": [], "x": {'))).toBeUndefined();
  });
});

describe('an authority', () => {
  it('accepts the next root as the present one has prepared it', async () => {
    expect(await verify({})).toBe('accepted');
  });

  it('refuses another name or number than the one after those that are recorded', async () => {
    const signer = signerOf();
    const third = await createNextRoot({ domain, number: 3, signer, now: half, random: randomBytes });
    expect(await verify({ certificate: third })).toBe('next-root-not-requested');
    const other = await createNextRoot({
      domain: 'fabrikam.example',
      number: 2,
      signer,
      now: half,
      random: randomBytes,
    });
    expect(await verify({ certificate: other })).toBe('next-root-not-requested');
  });

  it('refuses a next root with a changed signature, the key of the present one, or an end that has passed', async () => {
    const flipped = Uint8Array.from(prepared.certificate);
    flipped[flipped.length - 1] = (flipped[flipped.length - 1] as number) ^ 1;
    expect(await verify({ certificate: flipped })).toBe('next-root-invalid');
    const { signer } = visit.root;
    const again = await createNextRoot({ domain, number: 2, signer, now: half, random: randomBytes });
    expect(await verify({ certificate: again })).toBe('next-root-invalid');
    const early = await createNextRoot({
      domain,
      number: 2,
      signer: next.signer,
      now: half + 20 * day,
      random: randomBytes,
    });
    expect(await verify({ certificate: early })).toBe('next-root-invalid');
  });

  it('refuses a certificate of the next root that the present one has not signed, or signed for another key or address', async () => {
    const options = {
      root: visit.root,
      next: next.certificate,
      random: randomBytes,
      objectsUrls: [objectsUrl],
    };
    const other = await startVisit([]);
    for (const cross of [
      prepared.certificate,
      await crossCertify({ ...options, objectsUrls: ['http://elsewhere.example'] }),
      await crossCertify({ ...options, next: visit.root.certificate }),
      await crossCertify({ ...options, root: other.root }),
    ]) {
      expect(await verify({ cross })).toBe('next-root-invalid');
    }
    const forged = Uint8Array.from(prepared.cross as Uint8Array);
    forged[forged.length - 1] = (forged[forged.length - 1] as number) ^ 1;
    expect(await verify({ cross: forged })).toBe('next-root-invalid');
    const named = await crossCertify({ ...options, objectsUrls: ['http://edge.contoso.example'] });
    expect(await verify({ crossOutside: named })).toBe('accepted');
    expect(await verify({ crossOutside: prepared.certificate })).toBe('next-root-invalid');
    const secure = await crossCertify({ ...options, objectsUrls: ['https://edge.contoso.example'] });
    expect(await verify({ crossOutside: secure })).toBe('next-root-invalid');
    const { cross: _, ...without } = prepared;
    const knowledge = await store.knowledge(domain, objectsUrl, half);
    const verified = verifyRootAnswer({ ...answer, nextRoot: without }, knowledge);
    expect(verified.ok ? 'accepted' : verified.refusal.reason).toBe('next-root-invalid');
    await other.remove();
  });

  it('refuses a list that the next root has not signed, or that has ended', async () => {
    expect(await verify({ list: answer.list })).toBe('root-list-invalid');
    const list = await createCrl(next, { number: 1, thisUpdate: half, nextUpdate: half + day, revoked: [] });
    expect(await verify({ list })).toBe('accepted');
    const ended = await createCrl(next, { number: 1, thisUpdate: half - day, nextUpdate: half, revoked: [] });
    expect(await verify({ list: ended })).toBe('next-root-invalid');
  });
});

describe('the roots of an authority', () => {
  let taken: IssuerStore;
  let chain: readonly Uint8Array[];
  let crls: readonly Uint8Array[];
  const accept = async (given: RootAnswer, root = 1): Promise<boolean> => {
    const knowledge = await taken.knowledge(domain, objectsUrl, half, taken.roots.all[root - 1]);
    const verified = verifyRootAnswer(given, knowledge);
    if (!verified.ok) throw new Error(verified.refusal.message);
    return taken.accept(verified.value, half);
  };
  beforeAll(async () => {
    taken = await visit.store();
    expect(await accept(answer)).toBe(true);
    expect(await accept(answer)).toBe(false);
    const [, second] = taken.roots.all;
    if (second === undefined) throw new Error('no second root');
    const asked: RootRequest = {
      domain,
      root: spkiHash(second.certificate.der),
      list: second.crl.der,
      objectsUrl,
      outsideObjectsUrls: [],
      issuing: await taken.request(domain),
      certifyOutside: [],
      revoke: [],
    };
    const plan = examineRootRequest(asked, { root: second.certificate, now: half });
    if (!plan.ok) throw new Error(plan.refusal.message);
    await accept(await signRootAnswer(plan.value, { root: next, now: half, random: randomBytes }), 2);
    const issuer = taken.live.find(({ record }) => record.number === 3)?.issuer as Issuer;
    const ledger = await memoryLedgers()('');
    const issuance = createIssuance({
      issuer,
      anchors: [next.certificate],
      throwAway: await throwAwaySigner(issuer.signer.scheme),
      ledger,
      clock: () => half,
      random: randomBytes,
      objectsUrl,
      mayIssue: () => ({ ok: true, names: { commonName: 'fe', dnsNames: ['fe.contoso.example'], uris: [] } }),
    });
    const { request: pkcs10 } = await createKeyAndRequest({ subject: 'fe.contoso.example' });
    const outcome = await issuance.issue(
      { profile: 'server', subject: 'fe.contoso.example', request: pkcs10 },
      { kind: 'administrator', name: 'alice' },
    );
    if (!outcome.ok) throw new Error(outcome.refusal.message);
    chain = [outcome.certificate.der, issuer.certificate.der, second.cross?.der as Uint8Array];
    const own = await createCrl(issuer, { number: 1, thisUpdate: half, nextUpdate: half + day, revoked: [] });
    crls = [...taken.roots.all.map(({ crl }) => crl.der), own];
  });

  it('are recorded with their lists, and are there after a restart', async () => {
    for (const one of [taken, await IssuerStore.open(authorityFolder(visit.directory))]) {
      const [first, second] = one.roots.all;
      expect(one.roots.all.map(({ crl, number }) => [number, crl.number])).toEqual([
        [1, 2],
        [2, 2],
      ]);
      expect(first?.cross).toBeUndefined();
      expect(Buffer.from(second?.cross?.der ?? [])).toEqual(Buffer.from(prepared.cross as Uint8Array));
      expect(second?.crossOutside).toBeDefined();
      expect(one.root.subject.canonical).toBe(visit.root.certificate.subject.canonical);
      expect(one.live.map(({ record, root }) => [record.number, root])).toEqual([
        [1, 1],
        [3, 2],
        [2, 1],
      ]);
    }
  });

  it('each certify issuing authorities, whose certificates reach relying parties that believe either or both', () => {
    const verdict = (
      roots: readonly Certificate[],
      presented: readonly Uint8Array[],
      lists = crls,
    ): string => {
      const judge = createJudge({
        anchors: {
          anchors: roots.map((certificate, at) => ({
            name: `root ${at}`,
            certificate,
            revocation: { mode: 'hard-fail' },
          })),
        },
        revocation: {
          crls: lists.map(listIn),
        },
      });
      const outcome = judge.judge(
        { certificates: presented },
        {
          now: half,
          link: { name: 'test', direction: 'inbound', interface: 'internal', purpose: 'client' },
          identity: { mode: 'inbound' },
          authorise: () => ({ ok: true }),
        },
      );
      return outcome.trusted ? 'trusted' : outcome.rejection.reason;
    };
    const [first, second] = taken.roots.all.map(({ certificate }) => certificate) as [
      Certificate,
      Certificate,
    ];
    for (const roots of [[first], [second], [first, second]]) expect(verdict(roots, chain)).toBe('trusted');
    expect(verdict([second], chain.slice(0, 2))).toBe('trusted');
    expect(verdict([first], chain.slice(0, 2))).toBe('unknown-issuer');
    // A relying party of the first root needs its list too: that may have the certificate of the second one.
    expect(verdict([first], chain, crls.slice(1))).toBe('revocation-unknown');
    expect(verdict([second], chain, crls.slice(1))).toBe('trusted');
  });

  it.skipIf(!hasOpenssl)('are believed by openssl in the same way', async () => {
    const base = await mkdtemp(join(tmpdir(), 'entente-roots-'));
    const write = async (name: string, ...ders: readonly Uint8Array[]): Promise<string> => {
      const path = join(base, name);
      await writeFile(path, ders.map((der) => encodePem('CERTIFICATE', der)).join(''));
      return path;
    };
    const leaf = await write('leaf.pem', chain[0] as Uint8Array);
    const above = await write('above.pem', ...chain.slice(1));
    const short = await write('short.pem', chain[1] as Uint8Array);
    const at = ['-attime', String(half / 1000)];
    for (const { certificate, number } of taken.roots.all) {
      const anchors = await write(`root${number}.pem`, certificate.der);
      const trusted = ['verify', '-x509_strict', ...at, '-CAfile', anchors, '-untrusted'];
      expect(openssl(...trusted, above, leaf)).toContain(': OK');
      expect(opensslTried(...trusted, short, leaf).ok).toBe(number === 2);
    }
    await rm(base, { recursive: true, force: true });
  });

  it('let the present one put the certificate of the next one on its list', async () => {
    const [first] = taken.roots.all;
    const { issuing: _, ...asked } = request;
    const revoking: RootRequest = {
      ...asked,
      list: first?.crl.der as Uint8Array,
      revoke: [{ certificate: prepared.cross as Uint8Array, reason: 'cACompromise' }],
    };
    const plan = examineRootRequest(revoking, { root: visit.root.certificate, now: half });
    if (!plan.ok) throw new Error(plan.refusal.message);
    expect(plan.value.newlyRevoked.map(({ subject }) => subject.canonical)).toEqual([
      next.certificate.subject.canonical,
    ]);
  });

  it('are not opened where the record is damaged or names another certificate', async () => {
    const text = await readFile(join(visit.directory, rootsFile), 'utf8');
    expect(parseRoots(text)).toHaveLength(2);
    const [one, two] = parseRoots(text) ?? [];
    for (const roots of [[], [two], [one, one], [{ ...one, sha256: 'x' }], [null]]) {
      const broken = JSON.stringify({ format: 'entente-roots/1', roots });
      expect(parseRoots(broken), broken).toBeUndefined();
    }
    const { certificate } = rootFiles(2);
    const kept = await readFile(join(visit.directory, certificate));
    await visit.folder.write(certificate, encodePem('CERTIFICATE', visit.root.certificate.der), 0o644);
    await expect(IssuerStore.open(visit.folder)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
    });
    await writeFile(join(visit.directory, certificate), kept);
  });
});
