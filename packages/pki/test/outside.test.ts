import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIssuer, createOutsideAuthority, drawSerialNumber, type OutsideView } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import { certifyOutside, initialiseAuthority, keySigner, openAuthorityFolder } from '@entente/pki/node';
import { type Certificate, decodeCertificate, oids } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { now, objectsUrl, type TestAuthority, testAuthority, testIssuance } from './authority.ts';
import { memoryLedgers } from './memory-ledgers.ts';
import { hasOpenssl, openssl } from './openssl.ts';

const edges = ['http://access.contoso.example', 'http://access2.contoso.example:8080'];

function read(der: Uint8Array): Certificate {
  const decoded = decodeCertificate(der);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

/** Distribution points, each with its names. */
function points({ crlDistributionPoints = [] }: Certificate): readonly string[][] {
  return crlDistributionPoints.map(({ name }) =>
    name?.type === 'full' ? name.names.map((one) => (one.type === 'uri' ? one.value : one.type)) : [],
  );
}

function issuers({ authorityInfoAccess = [] }: Certificate): readonly string[] {
  return authorityInfoAccess.map(({ location, method }) =>
    method === oids.caIssuers && location.type === 'uri' ? location.value : method,
  );
}

let authority: TestAuthority;
let twin: Certificate;
beforeAll(async () => {
  authority = await testAuthority();
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', authority.rootKeys.privateKey));
  const root = await createIssuer(
    authority.root,
    keySigner(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })),
  );
  twin = read(
    await createOutsideAuthority({
      issuing: authority.issuer.certificate,
      root,
      serialNumber: drawSerialNumber(randomBytes),
      objectsUrls: edges,
    }),
  );
});

describe('the certificate of an issuing authority for outsiders', () => {
  it('is the same authority: name, key, validity, powers and key identifiers; only number and addresses differ', () => {
    const inside = authority.issuer.certificate;
    for (const part of ['subject', 'issuer', 'publicKey'] as const)
      expect(Buffer.from(twin[part].der).equals(Buffer.from(inside[part].der))).toBe(true);
    expect([twin.notBefore, twin.notAfter]).toEqual([inside.notBefore, inside.notAfter]);
    expect(twin.serialHex).not.toBe(inside.serialHex);
    const others = ({ extensions }: Certificate) =>
      extensions.filter(({ oid }) => oid !== oids.cRLDistributionPoints && oid !== oids.authorityInfoAccess);
    expect(others(twin)).toEqual(others(inside));
    expect(others(twin)).toHaveLength(twin.extensions.length - 2);
  });

  it('names one list at several addresses, all of them outside', () => {
    const [names = [], ...more] = points(twin);
    expect(more).toEqual([]);
    expect(names.map((url) => new URL(url).origin)).toEqual(edges);
    expect(new Set(names.map((url) => new URL(url).pathname)).size).toBe(1);
    expect(issuers(twin).map((url) => new URL(url).origin)).toEqual(edges);
  });
});

describe('a certificate of an external interface', () => {
  let view: OutsideView | undefined;
  const issue = async (side: 'internal' | 'external') => {
    const { issuance } = testIssuance(authority, { outside: () => view });
    const key = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const outcome = await issuance.issue(
      { profile: 'server', subject: 'fe01.contoso.example', interface: side, request: key.request },
      { kind: 'server', server: 'fe01.contoso.example', serialHex: '0a' },
    );
    if (!outcome.ok) throw new Error(outcome.refusal.message);
    return outcome.certificate.chain.map(read);
  };

  it('names the addresses of outsiders alone, and comes with the chain for outsiders', async () => {
    view = { objectsUrls: edges, chain: [twin.der] };
    const [leaf, issuing] = await issue('external');
    const path = `/crl/${authority.issuer.id}/0.crl`;
    expect(points(leaf as Certificate)).toEqual([edges.map((base) => `${base}${path}`)]);
    expect(issuers(leaf as Certificate)).toEqual(
      edges.map((base) => `${base}/issuer/${authority.issuer.id}.cer`),
    );
    expect(issuing?.serialHex).toBe(twin.serialHex);
    expect(now).toBeLessThan((leaf as Certificate).notAfter);
  });

  it('follows the addresses when they change', async () => {
    view = { objectsUrls: ['http://moved.contoso.example'], chain: [twin.der] };
    const [leaf] = await issue('external');
    expect(
      points(leaf as Certificate)
        .flat()
        .every((url) => url.startsWith('http://moved.')),
    ).toBe(true);
  });

  it('is like any other where nobody serves outsiders; one inside always names the authority', async () => {
    view = undefined;
    const own = [[`${objectsUrl}/crl/${authority.issuer.id}/0.crl`]];
    expect(points((await issue('external'))[0] as Certificate)).toEqual(own);
    view = { objectsUrls: edges, chain: [twin.der] };
    const [leaf, issuing] = await issue('internal');
    expect(points(leaf as Certificate)).toEqual(own);
    expect(issuing?.serialHex).toBe(authority.issuer.certificate.serialHex);
  });
});

describe('an authority with edges', () => {
  const openLedger = memoryLedgers();
  let folder: string;
  let directory: string;
  const ceremony = (target: string, outside: readonly string[]) =>
    initialiseAuthority({
      directory: target,
      domain: 'contoso.example',
      fqdn: 'ca.contoso.example',
      objectsUrl,
      outsideObjectsUrls: outside,
      now: Date.now(),
      openLedger,
    });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-outside-'));
    directory = join(folder, 'with');
    await ceremony(directory, edges);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has its certificate for outsiders from the ceremony, or from the root’s key later', async () => {
    await using opened = await openAuthorityFolder(directory, openLedger);
    expect(points(opened.outside as Certificate)[0]).toHaveLength(2);
    const later = join(folder, 'later');
    await ceremony(later, []);
    await using before = await openAuthorityFolder(later, openLedger);
    expect(before.outside).toBeUndefined();
    await before[Symbol.asyncDispose]();
    await certifyOutside({ directory: later, objectsUrls: edges });
    await using after = await openAuthorityFolder(later, openLedger);
    expect(points(after.outside as Certificate)[0]).toHaveLength(2);
  });

  it.skipIf(!hasOpenssl)('has one that openssl accepts strictly below the root', () => {
    const verified = openssl(
      'verify',
      '-x509_strict',
      '-CAfile',
      join(directory, 'root_ca.crt'),
      join(directory, 'intermediate_ca_outside.crt'),
    );
    expect(verified).toContain(': OK');
  });

  it('does not open with one for another key: every chain shown outside would be worthless', async () => {
    const strange = join(folder, 'strange');
    await ceremony(strange, []);
    const other = await readFile(join(directory, 'intermediate_ca_outside.crt'));
    await writeFile(join(strange, 'intermediate_ca_outside.crt'), other);
    await expect(openAuthorityFolder(strange, openLedger)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_KEY_MISMATCH',
    });
  });

  it('is not certified for no address', async () => {
    await expect(certifyOutside({ directory, objectsUrls: [] })).rejects.toMatchObject({
      code: 'ENTENTE_PKI_BAD_ARGUMENT',
    });
  });
});
