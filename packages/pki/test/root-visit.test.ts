import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  examineRootRequest,
  formatRootAnswer,
  formatRootRequest,
  parseRootAnswer,
  parseRootRequest,
  type RootAnswer,
  type RootKnowledge,
  type RootRequest,
  rootReasons,
  signRootAnswer,
  verifyRootAnswer,
} from '@entente/pki';
import { type IssuerStore, keySigner } from '@entente/pki/node';
import {
  basicConstraintsExtension,
  type Certificate,
  createName,
  decodeCertificate,
  type Extension,
  encodeCertificate,
  encodeCertificationRequest,
  encodeRequestInfo,
  encodeTbsCertificate,
  extKeyUsageExtension,
  oids,
} from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { now, objectsUrl } from './authority.ts';
import { day, domain, half, startVisit, type Visit } from './root-visit.ts';

let visit: Visit;
let request: RootRequest;
let store: IssuerStore;
beforeAll(async () => {
  visit = await startVisit();
  store = await visit.store();
  request = await visit.request(store);
});
afterAll(() => visit.remove());

const certificate = (der: Uint8Array): Certificate => {
  const decoded = decodeCertificate(der);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
};

const refusalOf = (changes: Partial<RootRequest>, knowledge: Partial<RootKnowledge> = {}): string => {
  const plan = examineRootRequest(
    { ...request, ...changes },
    { root: visit.root.certificate, now: half, ...knowledge },
  );
  return plan.ok ? 'signed' : plan.refusal.reason;
};

/** A request of another key, name or content. */
function csr(options: {
  readonly type?: 'p256' | 'p224' | 'rsa';
  readonly name?: string;
  readonly extensions?: readonly Extension[];
  readonly forged?: boolean;
}): Uint8Array {
  const { type = 'p256', name = `${domain} Issuing CA 2` } = options;
  const keys =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: type === 'p256' ? 'P-256' : 'P-521' });
  const signer = keySigner(keys.privateKey);
  const info = encodeRequestInfo({
    subject: createName([
      { oid: oids.organizationName, value: domain },
      { oid: oids.commonName, value: name },
    ]),
    publicKey: { der: signer.publicKey },
    extensions: options.extensions ?? [],
  });
  const algorithm = {
    'ecdsa-with-sha256': '300a06082a8648ce3d040302',
    'ecdsa-with-sha512': '300a06082a8648ce3d040304',
    'rsa-pkcs1-sha256': '300d06092a864886f70d01010b0500',
  }[signer.scheme as string] as string;
  const other = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  const signature = (options.forged === true ? other : signer).sign(info) as Uint8Array;
  return encodeCertificationRequest(info, { der: Buffer.from(algorithm, 'hex') }, signature);
}

describe('the root', () => {
  it('signs what an authority of its domain asks for, and shows it first', async () => {
    const plan = examineRootRequest(request, { root: visit.root.certificate, now: half });
    if (!plan.ok) throw new Error(plan.refusal.message);
    expect(plan.value).toMatchObject({ listNumber: 2, revoked: [], newlyRevoked: [], outside: [] });
    expect(plan.value.issuing?.subject.toString()).toContain('contoso.example Issuing CA 2');
    const answer = await visit.answer(request);
    const made = certificate(answer.issuing as Uint8Array);
    expect(made.basicConstraints).toEqual({ cA: true, critical: true, pathLength: 0 });
    expect(made.notAfter - half).toBe(730 * day);
    expect(answer.outside.map((der) => certificate(der).subject.canonical)).toEqual([made.subject.canonical]);
  });

  it('refuses a request for another root', async () => {
    const other = await startVisit([]);
    expect(refusalOf({}, { root: other.root.certificate })).toBe('another-root');
    expect(refusalOf({ domain: 'fabrikam.example' })).toBe('root-of-another-domain');
    await other.remove();
  });

  it('refuses after its own end', () => {
    expect(refusalOf({}, { now: visit.root.certificate.notAfter + 1 })).toBe('root-ended');
  });

  it('refuses with a clock that is behind what it has signed', () => {
    expect(refusalOf({}, { now: now - 400_000 })).toBe('clock-untrusted');
  });

  it('signs once more what it has signed with a clock ahead, where somebody says that the clock is right', async () => {
    const ahead = await visit.answer(request, half + 365 * day);
    const known = { known: ahead.list };
    expect(refusalOf({}, known)).toBe('clock-untrusted');
    expect(refusalOf({ list: ahead.list })).toBe('clock-untrusted');
    const plan = examineRootRequest(request, {
      root: visit.root.certificate,
      now: half,
      isClockRight: true,
      ...known,
    });
    expect(plan).toMatchObject({ ok: true, value: { listNumber: 3 } });
    const before = visit.root.certificate.notBefore - 1;
    expect(refusalOf({}, { ...known, now: before, isClockRight: true })).toBe('root-ended');
  });

  it('refuses to continue a list that it has not signed', async () => {
    const other = await startVisit([]);
    const theirs = (await other.store()).rootCrl.der;
    expect(refusalOf({ list: theirs })).toBe('root-list-invalid');
    expect(refusalOf({}, { known: theirs })).toBe('root-list-invalid');
    expect(refusalOf({ list: Uint8Array.of(0x30, 0) })).toBe('root-list-invalid');
    await other.remove();
  });

  it('refuses a key that is too weak, and its own', () => {
    for (const type of ['rsa', 'p224'] as const) {
      expect(refusalOf({ issuing: { number: 2, request: csr({ type }) } })).toBe('issuing-key-not-allowed');
    }
    const { signer } = visit.root;
    const info = encodeRequestInfo({
      subject: createName([
        { oid: oids.organizationName, value: domain },
        { oid: oids.commonName, value: `${domain} Issuing CA 2` },
      ]),
      publicKey: { der: signer.publicKey },
    });
    const own = encodeCertificationRequest(
      info,
      { der: Buffer.from('300a06082a8648ce3d040302', 'hex') },
      signer.sign(info) as Uint8Array,
    );
    expect(refusalOf({ issuing: { number: 2, request: own } })).toBe('issuing-key-not-allowed');
  });

  it('refuses a name that differs, and a request that its key has not signed', () => {
    const named = (name: string, number = 2) => refusalOf({ issuing: { number, request: csr({ name }) } });
    expect(named('contoso.example Issuing CA 2')).toBe('signed');
    expect(named('contoso.example Issuing CA 3')).toBe('issuing-name-not-allowed');
    expect(named('fabrikam.example Issuing CA 2')).toBe('issuing-name-not-allowed');
    expect(refusalOf({ issuing: { number: 2, request: csr({ forged: true }) } })).toBe(
      'issuing-request-invalid',
    );
    expect(refusalOf({ issuing: { number: 2, request: Uint8Array.of(1) } })).toBe('issuing-request-invalid');
  });

  it('refuses a path length that differs, and any other right', () => {
    const asks = (...extensions: readonly Extension[]) =>
      refusalOf({ issuing: { number: 2, request: csr({ extensions }) } });
    expect(asks(basicConstraintsExtension({ cA: true, pathLength: 0 }))).toBe('signed');
    for (const extension of [
      basicConstraintsExtension({ cA: true, pathLength: 1 }),
      basicConstraintsExtension({ cA: true }),
      basicConstraintsExtension({ cA: false }),
      extKeyUsageExtension([oids.serverAuth]),
    ]) {
      expect(asks(extension)).toBe('issuing-rights-not-allowed');
    }
  });

  it('refuses to list or to certify for outsiders what it has not certified', async () => {
    const other = await startVisit([]);
    const theirs = (await other.store()).active.issuer.certificate.der;
    const refuses = (der: Uint8Array): void => {
      expect(refusalOf({ revoke: [{ certificate: der, reason: 'cACompromise' }] })).toBe(
        'certificate-not-of-root',
      );
      expect(refusalOf({ certifyOutside: [der] })).toBe('certificate-not-of-root');
    };
    refuses(theirs);
    refuses(visit.root.certificate.der);
    await other.remove();
  });

  it('takes no revocation back, whichever of its lists a request continues', async () => {
    const revoke = [{ certificate: store.active.issuer.certificate.der, reason: 'cACompromise' as const }];
    const { list } = await visit.answer({ ...request, revoke });
    const plan = examineRootRequest(request, { root: visit.root.certificate, now: half, known: list });
    if (!plan.ok) throw new Error(plan.refusal.message);
    expect(plan.value.listNumber).toBe(3);
    expect(plan.value.revoked.map(({ serialHex }) => serialHex)).toEqual([
      store.active.issuer.certificate.serialHex,
    ]);
    expect(plan.value.newlyRevoked).toEqual([]);
  });
});

describe('an authority', () => {
  let answer: RootAnswer;
  beforeAll(async () => {
    answer = await visit.answer(request);
  });
  const verify = async (changes: Partial<RootAnswer>, time = half) => {
    const outcome = verifyRootAnswer(
      { ...answer, ...changes },
      await store.knowledge(domain, objectsUrl, time),
    );
    return outcome.ok ? 'accepted' : outcome.refusal.reason;
  };

  it('accepts the answer to its request', async () => {
    expect(await verify({})).toBe('accepted');
  });

  it('refuses the answer of another root', async () => {
    const other = await startVisit();
    const theirStore = await other.store();
    const theirs = await other.answer(await other.request(theirStore));
    expect(await verify(theirs)).toBe('another-root');
    expect(await verify({ domain: 'fabrikam.example' })).toBe('root-of-another-domain');
    expect(await verify({ list: theirs.list })).toBe('root-list-invalid');
    expect(await verify({ issuing: theirs.issuing as Uint8Array })).toBe('issuing-not-requested');
    expect(await verify({ outside: theirs.outside })).toBe('issuing-not-requested');
    await other.remove();
  });

  it('refuses a list whose number is not above that in force', async () => {
    const again = await startVisit();
    const theirStore = await again.store();
    const first = await again.answer(await again.request(theirStore));
    const second = await again.answer(await again.request(theirStore, { list: first.list }));
    const knowledge = async () => again.store().then((one) => one.knowledge(domain, objectsUrl, half));
    const apply = async (given: RootAnswer) => {
      const verified = verifyRootAnswer(given, await knowledge());
      if (!verified.ok) return verified.refusal.reason;
      await (await again.store()).accept(verified.value, half);
      return 'accepted';
    };
    expect(await apply({ ...second, outside: [] })).toBe('accepted');
    expect(await apply({ ...first, outside: [] })).toBe('root-list-not-newer');
    expect(await apply({ ...second, outside: [] })).toBe('accepted');
    await again.remove();
  });

  it('keeps its first certificate where the request was answered twice, and takes the rest of the second answer', async () => {
    const again = await startVisit();
    const asking = await again.store();
    const asked = await again.request(asking);
    const first = await again.answer(asked);
    const second = await again.answer({ ...asked, list: first.list });
    const apply = async (given: RootAnswer) => {
      const one = await again.store();
      const verified = verifyRootAnswer(given, await one.knowledge(domain, objectsUrl, half));
      if (!verified.ok) throw new Error(verified.refusal.message);
      await one.accept(verified.value, half);
      return verified.value;
    };
    const { issuing } = await apply(first);
    expect(second.issuing).not.toEqual(issuing?.certificate.der);
    const { issuing: repeated, list, outside } = await apply(second);
    expect(Buffer.from(list.der).equals(second.list)).toBe(true);
    expect([repeated, outside]).toEqual([undefined, []]);
    const recorded = (await again.store()).records.map(({ notBefore, number }) => [number, notBefore]);
    expect(recorded).toContainEqual([issuing?.number, issuing?.certificate.notBefore]);
    await again.remove();
  });

  it('refuses a list that takes a revocation back', async () => {
    const again = await startVisit();
    const one = await again.store();
    const { certificate: issuing } = one.active.issuer;
    const asked = await again.request(one, { revoke: [{ certificate: issuing.der, reason: 'superseded' }] });
    const first = await again.answer(asked);
    const verified = verifyRootAnswer(first, await one.knowledge(domain, objectsUrl, half));
    if (!verified.ok) throw new Error(verified.refusal.message);
    await one.accept(verified.value, half);
    const plan = examineRootRequest(await again.request(one), { root: again.root.certificate, now: half });
    if (!plan.ok) throw new Error(plan.refusal.message);
    const forged = await signRootAnswer(
      { ...plan.value, revoked: [] },
      { root: again.root, now: half, random: randomBytes },
    );
    const outcome = verifyRootAnswer(forged, await one.knowledge(domain, objectsUrl, half));
    expect(outcome.ok ? 'accepted' : outcome.refusal.reason).toBe('revocation-withdrawn');
    await again.remove();
  });

  it('refuses a list that is not valid by its clock', async () => {
    expect(await verify({}, half - 400_000)).toBe('clock-untrusted');
    expect(await verify({}, half + 549 * day)).toBe('clock-untrusted');
  });

  /** What a root signs that does not follow its rules. */
  const resigned = async (change: (fields: Parameters<typeof encodeTbsCertificate>[0]) => object) => {
    const { extensions, issuer, notAfter, notBefore, publicKey, serialNumber, signatureAlgorithm, subject } =
      certificate(answer.issuing as Uint8Array);
    const fields = {
      extensions,
      issuer,
      notAfter,
      notBefore,
      publicKey,
      serialNumber,
      signatureAlgorithm,
      subject,
    };
    const tbs = encodeTbsCertificate({ ...fields, ...change(fields) });
    return encodeCertificate(tbs, signatureAlgorithm, await visit.root.signer.sign(tbs));
  };

  it('refuses an authority with another name, validity, signature or right', async () => {
    const verifies = async (change: Parameters<typeof resigned>[0]) =>
      verify({ issuing: await resigned(change), outside: [] });
    expect(await verifies(() => ({}))).toBe('accepted');
    for (const change of [
      () => ({ subject: createName([{ oid: oids.commonName, value: 'other' }]) }),
      () => ({ issuer: createName([{ oid: oids.commonName, value: 'other' }]) }),
      () => ({ notBefore: half + 400_000 }),
      () => ({ notAfter: half - 1000 }),
      () => ({ notAfter: visit.root.certificate.notAfter + 1000 }),
      () => ({ serialNumber: Uint8Array.of(5) }),
      ({ extensions = [] }) => ({ extensions: extensions.slice(1) }),
      ({ extensions = [] }) => ({ extensions: [...extensions, extKeyUsageExtension([oids.serverAuth])] }),
      ({ extensions = [] }) => ({
        extensions: [basicConstraintsExtension({ cA: true, pathLength: 1 }), ...extensions.slice(1)],
      }),
    ] as Parameters<typeof resigned>[0][]) {
      expect(await verifies(change), change.toString()).toBe('issuing-certificate-invalid');
    }
    const flipped = Uint8Array.from(answer.issuing as Uint8Array);
    flipped[flipped.length - 1] = (flipped[flipped.length - 1] as number) ^ 1;
    expect(await verify({ issuing: flipped, outside: [] })).toBe('issuing-certificate-invalid');
  });

  it('reads what was written, and nothing else', () => {
    expect(parseRootRequest(formatRootRequest(request))).toEqual(request);
    expect(parseRootAnswer(formatRootAnswer(answer))).toEqual(answer);
    const text = formatRootRequest(request);
    expect(parseRootAnswer(text)).toBeUndefined();
    expect(parseRootRequest(formatRootAnswer(answer))).toBeUndefined();
    for (const broken of [
      '',
      'null',
      text.replace('http://ca', 'https://ca'),
      text.replace('"number": 2', '"number": 1'),
      text.replace('X509 CRL', 'CERTIFICATE'),
      `${text}${' '.repeat(1_048_576)}`,
    ]) {
      expect(parseRootRequest(broken)).toBeUndefined();
    }
  });
});

describe('each reason of a refusal at the root', () => {
  it('is documented, and a test expects it', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const files = ['root-visit.test.ts', 'next-root.test.ts'];
    const texts = files.map((file) => readFile(new URL(`./${file}`, import.meta.url), 'utf8'));
    const tests = (await Promise.all(texts)).join('\n');
    for (const reason of rootReasons) {
      expect(readme.replaceAll(/ +/g, ' ')).toContain(`| \`${reason}\` |`);
      if (reason !== 'root-document-malformed') expect(tests).toMatch(new RegExp(`toBe\\(\\s*'${reason}'`));
    }
  });
});
