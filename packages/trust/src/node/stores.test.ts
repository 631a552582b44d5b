import { X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import { anchorsFrom, crlsFrom, type Store, systemAnchors } from '@entente/trust/node';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

let root: TestAuthority;
let second: TestAuthority;
let directory: string;
const opened: { [Symbol.asyncDispose](): Promise<void> }[] = [];

beforeAll(async () => {
  root = await createTestAuthority('Contoso Root');
  second = await createTestAuthority('Fabrikam Root');
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-stores-'));
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

function namesOf(set: { readonly anchors: readonly { readonly name: string }[] }): string[] {
  return set.anchors.map(({ name }) => name);
}

async function put(name: string, text: string | Uint8Array): Promise<string> {
  const path = join(directory, name);
  // At once: a look between truncation and writing would find an empty file, and rightly report it.
  await writeFile(`${path}.draft`, text);
  await rename(`${path}.draft`, path);
  return path;
}

function derOf(authority: TestAuthority): Uint8Array {
  return new X509Certificate(authority.certificatePem).raw;
}

describe('anchorsFrom', () => {
  it('reads every certificate of a bundle, each once', async () => {
    const path = await put('roots.pem', root.certificatePem + second.certificatePem + root.certificatePem);
    const store = await anchorsFrom(path, { watch: false });
    expect(namesOf(store.current)).toEqual(['CN=Contoso Root', 'CN=Fabrikam Root']);
  });

  it('reads every certificate file of a directory, PEM and DER, and leaves other files alone', async () => {
    await put('a.pem', root.certificatePem);
    await put('b.cer', derOf(second));
    await put('README', 'not a certificate');
    expect(namesOf((await anchorsFrom(directory, { watch: false })).current)).toEqual([
      'CN=Contoso Root',
      'CN=Fabrikam Root',
    ]);
  });

  it('gives anchors that share a subject names of their own', async () => {
    const twin = await createTestAuthority('Contoso Root');
    const store = await anchorsFrom({ pem: root.certificatePem + twin.certificatePem });
    const names = namesOf(store.current);
    expect(names[0]).toBe('CN=Contoso Root');
    expect(names[1]).toMatch(/^CN=Contoso Root \(serial [0-9a-f]+\)$/);
  });

  it('imposes the limits it was given on each anchor', async () => {
    const store = await anchorsFrom(
      { pem: root.certificatePem },
      { limits: { domains: ['contoso.example'] } },
    );
    expect(store.current.anchors[0]?.limits).toEqual({ domains: ['contoso.example'] });
  });

  it.each<[string, string, () => Promise<string>]>([
    ['a path that does not exist', 'ENTENTE_STORE_UNREADABLE', async () => join(directory, 'absent.pem')],
    ['a file without certificates', 'ENTENTE_STORE_EMPTY', () => put('empty.pem', '')],
    ['an empty directory', 'ENTENTE_STORE_EMPTY', async () => directory],
    [
      'a block that is no certificate',
      'ENTENTE_STORE_MALFORMED',
      () => put('bad.pem', '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'),
    ],
    [
      'a block that breaks off',
      'ENTENTE_STORE_MALFORMED',
      () => put('cut.pem', root.certificatePem.slice(0, root.certificatePem.length / 2)),
    ],
  ])('refuses %s with %s, place and remedy', async (_, code, location) => {
    const path = await location();
    const fault = await anchorsFrom(path, { watch: false }).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code, remedy: expect.stringMatching(/./) });
    expect((fault as { place: string }).place).toContain(directory);
  });
});

describe('what is not a store of anchors', () => {
  it.each<[string, string, () => string | Promise<string>]>([
    ['a key', 'PRIVATE KEY', () => '-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n'],
    ['a CRL', 'X509 CRL', () => root.crl([])],
    ['junk', 'no PEM block', () => 'junk'],
  ])('is said to be %s', async (_, found, text) => {
    await expect(anchorsFrom(await put('ca.pem', await text()), { watch: false })).rejects.toMatchObject({
      code: 'ENTENTE_STORE_EMPTY',
      sentence: `expected at least one CA certificate, found ${found}`,
    });
  });

  it('is said to be PEM text where it stands in the place of a path, and is not repeated', async () => {
    const list = await root.crl([]);
    for (const ask of [() => anchorsFrom(root.certificatePem), () => crlsFrom(list)])
      await expect(ask()).rejects.toMatchObject({
        code: 'ENTENTE_STORE_UNREADABLE',
        sentence: 'expected the path of a file or directory, found PEM text',
        place: 'text',
        remedy: 'give the text itself as { pem }',
      });
  });
});

describe('anchors that are not certificates of CAs', () => {
  let leaf: string;
  beforeAll(async () => {
    leaf = (await root.issue({ dnsNames: ['fe1.contoso.example'] })).certificatePem;
  });

  it('are refused where there are no others, because every peer would be', async () => {
    const path = await put('ca.pem', leaf);
    const fault = {
      code: 'ENTENTE_STORE_NOT_A_CA',
      place: path,
      sentence: expect.stringContaining('fe1.contoso.example'),
    };
    await expect(anchorsFrom(path, { watch: false })).rejects.toMatchObject(fault);
  });

  it('are reported where there are others, which are used', async () => {
    const path = await put('chain.pem', leaf + root.certificatePem);
    const faults: unknown[] = [];
    const store = await anchorsFrom(path, { watch: false, onFault: (fault) => faults.push(fault) });
    expect(namesOf(store.current)).toContain('CN=Contoso Root');
    expect(faults).toMatchObject([{ code: 'ENTENTE_STORE_NOT_A_CA', place: path }]);
  });
});

describe('following files', () => {
  /** Resolves with the next value of a store, or with the next fault. */
  async function following(
    path: string,
  ): Promise<{ store: Store<{ anchors: readonly { name: string }[] }>; next(): Promise<unknown> }> {
    let tell: (value: unknown) => void = () => {};
    const store = await anchorsFrom(path, { intervalMs: 2, onFault: (fault) => tell(fault) });
    opened.push(store);
    store.onChange((value) => tell(value));
    return {
      store,
      next: () =>
        new Promise((resolve) => {
          tell = resolve;
        }),
    };
  }

  it('takes a changed file over by itself', async () => {
    const path = await put('roots.pem', root.certificatePem);
    const { store, next } = await following(path);
    const changed = next();
    await put('roots.pem', second.certificatePem);
    await changed;
    expect(namesOf(store.current)).toEqual(['CN=Fabrikam Root']);
  });

  it('takes over a file that was added to a directory, and one replaced by rename', async () => {
    await put('a.pem', root.certificatePem);
    const { store, next } = await following(directory);
    let changed = next();
    await put('b.pem', second.certificatePem);
    await changed;
    expect(namesOf(store.current)).toHaveLength(2);
    changed = next();
    await put('draft', second.certificatePem);
    await rename(join(directory, 'draft'), join(directory, 'a.pem'));
    await changed;
    expect(namesOf(store.current)).toEqual(['CN=Fabrikam Root']);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['was emptied', () => put('roots.pem', '')],
    ['breaks off', () => put('roots.pem', second.certificatePem.slice(0, 100))],
    ['is gone', () => rm(join(directory, 'roots.pem'))],
  ])('knows no moment without anchors: a file that %s changes nothing and is told', async (_, harm) => {
    const path = await put('roots.pem', root.certificatePem);
    const { store, next } = await following(path);
    const told = next();
    await harm();
    expect(await told).toMatchObject({
      code: expect.stringMatching(/^ENTENTE_STORE_/),
      place: expect.stringContaining(path),
    });
    expect(namesOf(store.current)).toEqual(['CN=Contoso Root']);
    const repaired = next();
    await put('roots.pem', second.certificatePem);
    await repaired;
    expect(namesOf(store.current)).toEqual(['CN=Fabrikam Root']);
  });
});

describe('systemAnchors', () => {
  it('takes the first bundle that exists', async () => {
    const path = await put('ca-bundle.crt', root.certificatePem);
    const found = await systemAnchors({}, [join(directory, 'absent.crt'), path]);
    expect(found).toMatchObject({ source: path, leftOut: 0 });
    expect(namesOf(found)).toEqual(['CN=Contoso Root']);
  });

  it('falls back to the roots that came with Node', async () => {
    const found = await systemAnchors({}, [join(directory, 'absent.crt')]);
    expect(found.source).toBe('node:tls rootCertificates');
    expect(found.anchors.length).toBeGreaterThan(100);
  });

  it('leaves out and counts what the strict reader refuses', async () => {
    const broken = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n';
    const path = await put('ca-bundle.crt', broken + root.certificatePem);
    expect(await systemAnchors({}, [path])).toMatchObject({ leftOut: 1 });
  });
});

describe('crlsFrom', () => {
  it('reads CRLs from a directory, and takes an empty directory for knowing nothing', async () => {
    await mkdir(join(directory, 'crls'));
    expect((await crlsFrom(join(directory, 'crls'), { watch: false })).current.crls).toEqual([]);
    await put('crls/contoso.crl', await root.crl([], { number: 300 }));
    const { crls } = (await crlsFrom(join(directory, 'crls'), { watch: false })).current;
    expect(crls.map(({ crlNumber }) => crlNumber)).toEqual([300n]);
  });

  it.each<[string, string, () => string]>([
    ['an empty file', 'none', () => ''],
    ['a file of certificates', 'CERTIFICATE', () => root.certificatePem],
  ])('refuses %s, whose revocations would be forgotten, with ENTENTE_STORE_EMPTY', async (_, found, text) => {
    const path = await put('contoso.crl', text());
    const fault = {
      code: 'ENTENTE_STORE_EMPTY',
      sentence: `expected at least one CRL, found ${found}`,
    };
    for (const location of [path, directory])
      await expect(crlsFrom(location, { watch: false })).rejects.toMatchObject({ ...fault, place: path });
    const ofText = crlsFrom({ pem: text() }, { watch: false });
    await expect(ofText).rejects.toMatchObject({ ...fault, place: 'text' });
  });

  it('leaves certificates beside the CRLs of a directory alone', async () => {
    await put('contoso.crl', await root.crl([], { number: 300 }));
    await put('contoso.pem', root.certificatePem);
    expect((await crlsFrom(directory, { watch: false })).current.crls).toHaveLength(1);
  });

  it('keeps what is known where its file was emptied, and tells it', async () => {
    const path = await put('contoso.crl', await root.crl([], { number: 300 }));
    let tell: (fault: unknown) => void = () => {};
    const told = new Promise((resolve) => {
      tell = resolve;
    });
    const store = await crlsFrom(path, { intervalMs: 2, onFault: tell });
    opened.push(store);
    await put('contoso.crl', '');
    expect(await told).toMatchObject({ code: 'ENTENTE_STORE_EMPTY', place: path });
    expect(store.current.crls).toHaveLength(1);
  });

  describe('where an older list is put in the place of the one in force', () => {
    const minuteMs = 60_000;
    const at = (minutes: number) => Math.floor(Date.now() / 1_000) * 1_000 + minutes * minuteMs;
    const following = async (place: string) => {
      let tell: (fault: unknown) => void = () => {};
      let change: () => void = () => {};
      const told = new Promise((resolve) => {
        tell = resolve;
      });
      const changed = new Promise<void>((resolve) => {
        change = resolve;
      });
      const store = await crlsFrom(place, { intervalMs: 2, onFault: tell });
      opened.push(store);
      store.onChange(change);
      return { store, told, changed };
    };
    const sizes = (store: Store<{ crls: readonly { entryCount: number }[] }>) =>
      store.current.crls.map(({ entryCount }) => entryCount);

    it.each<[string, { readonly number?: 'none' }]>([
      ['without numbers', { number: 'none' }],
      ['with numbers', {}],
    ])('keeps the one in force, and tells why: lists %s', async (_, numbered) => {
      const [olderAt, newerAt] = [at(-30), at(-10)];
      const older = await root.crl([], { thisUpdate: olderAt, number: 1, ...numbered });
      const path = await put(
        'contoso.crl',
        await root.crl(['0a'], { thisUpdate: newerAt, number: 2, ...numbered }),
      );
      const { store, told, changed } = await following(path);
      await put('contoso.crl', older);
      await changed;
      expect(sizes(store)).toEqual([1]);
      expect(await told).toMatchObject({
        code: 'ENTENTE_STORE_OLDER',
        sentence: expect.stringMatching(
          `^expected a CRL of CN=Contoso Root from ${new Date(newerAt).toISOString()}.* or later, found one from ${new Date(olderAt).toISOString()}`,
        ),
        place: path,
      });
    });

    it('takes up the other lists of a directory, and later the next one of that issuer', async () => {
      await put('contoso.crl', await root.crl(['0a'], { thisUpdate: at(-10), number: 'none' }));
      await put('fabrikam.crl', await second.crl([], { thisUpdate: at(-10), number: 'none' }));
      const { store, told } = await following(directory);
      await put('contoso.crl', await root.crl([], { thisUpdate: at(-30), number: 'none' }));
      await put('fabrikam.crl', await second.crl(['0b', '0c'], { thisUpdate: at(-5), number: 'none' }));
      await told;
      await expect.poll(() => sizes(store).sort()).toEqual([1, 2]);
      await put('contoso.crl', await root.crl([], { thisUpdate: at(-5), number: 'none' }));
      await expect.poll(() => sizes(store).sort()).toEqual([0, 2]);
    });

    it('takes up an older one beside it that has been there from the beginning', async () => {
      await put('contoso-1.crl', await root.crl(['0a'], { thisUpdate: at(-30), number: 'none' }));
      await put('contoso-2.crl', await root.crl(['0a', '0b'], { thisUpdate: at(-10), number: 'none' }));
      const { store, changed } = await following(directory);
      await put('fabrikam.crl', await second.crl([], { thisUpdate: at(-10), number: 'none' }));
      await changed;
      expect(sizes(store).sort()).toEqual([0, 1, 2]);
    });

    it('takes it up where the time of the other one has not come, and no verdict rests on that one', async () => {
      const path = await put('contoso.crl', await root.crl([], { thisUpdate: at(600), number: 'none' }));
      const { store, changed } = await following(path);
      await put('contoso.crl', await root.crl(['0a'], { thisUpdate: at(-10), number: 'none' }));
      await changed;
      expect(sizes(store)).toEqual([1]);
    });

    it('takes it up at the next start: what an earlier run has read is not kept', async () => {
      const path = await put('contoso.crl', await root.crl(['0a'], { thisUpdate: at(-10), number: 'none' }));
      const { store } = await following(path);
      await store[Symbol.asyncDispose]();
      await put('contoso.crl', await root.crl([], { thisUpdate: at(-30), number: 'none' }));
      expect(sizes((await following(path)).store)).toEqual([0]);
    });
  });

  it('refuses a file that is no CRL with ENTENTE_STORE_MALFORMED', async () => {
    await put('bad.crl', '-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n');
    await expect(crlsFrom(directory, { watch: false })).rejects.toMatchObject({
      code: 'ENTENTE_STORE_MALFORMED',
    });
  });
});
