import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority, type TestCertificate } from '@entente/testkit';
import { loadCredential } from '@entente/tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

let first: TestCertificate;
let second: TestCertificate;
let directory: string;
let warnings: Error[] = [];
const warn = (warning: Error) => void warnings.push(warning);
const ofKeys = () => warnings.filter((one) => 'code' in one && one.code === 'ENTENTE_KEY_MISMATCH').length;

beforeAll(async () => {
  const authority = await createTestAuthority('Contoso Root');
  first = await authority.issue({ dnsNames: ['pool.contoso.example'] });
  second = await authority.issue({ dnsNames: ['pool.contoso.example'] });
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-followed-'));
  warnings = [];
  process.on('warning', warn);
});
afterEach(async () => {
  process.off('warning', warn);
  await rm(directory, { recursive: true });
});

async function put(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(`${path}.draft`, text);
  await rename(`${path}.draft`, path);
  return path;
}

async function followed(onFault?: (fault: unknown) => void) {
  const paths = {
    certificate: await put('tls.crt', first.chainPem),
    key: await put('tls.key', first.keyPem),
  };
  return loadCredential({ ...paths, watch: true, ...(onFault === undefined ? {} : { onFault }) });
}

describe('a credential whose files have changed to what cannot be used', () => {
  it('warns of it where no onFault hears of it, and stays what it was', async () => {
    await using identity = await followed();
    await put('tls.crt', second.chainPem);
    await expect.poll(ofKeys).toBe(1);
    expect(identity.current.leaf.serialHex).toBe(first.serialHex);
  });

  it('tells onFault, and warns of nothing', async () => {
    const faults: unknown[] = [];
    await using identity = await followed((fault) => faults.push(fault));
    await put('tls.crt', second.chainPem);
    await expect.poll(() => faults).toMatchObject([{ code: 'ENTENTE_KEY_MISMATCH' }]);
    expect([ofKeys(), identity.current.leaf.serialHex]).toEqual([0, first.serialHex]);
  });
});
