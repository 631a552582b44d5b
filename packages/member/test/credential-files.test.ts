import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority } from '@entente/testkit';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CredentialFiles, type KeyPair, type Side } from '../src/credential/credential-files.ts';
import { MemberFiles } from '../src/files/member-files.ts';
import { FailingFiles } from './failing-files.ts';

describe('a pair of key and certificate', () => {
  let directory: string;
  let old: KeyPair;
  let renewed: KeyPair;
  beforeAll(async () => {
    const authority = await createTestAuthority('Contoso Root');
    const issue = async (): Promise<KeyPair> => {
      const { chainPem, keyPem } = await authority.issue({ dnsNames: ['fe1.contoso.example'] });
      return { certificate: chainPem, key: keyPem };
    };
    [old, renewed] = [await issue(), await issue()];
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-identity-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** What a server would find when it starts. */
  const restart = async (side: Side = 'internal') => {
    await using credential = await new CredentialFiles(new MemberFiles(directory), side).load();
    return { certificate: credential?.current.certificatePem, key: credential?.current.keyPem };
  };
  const replace = (pair: KeyPair, side: Side = 'internal') =>
    new CredentialFiles(new MemberFiles(directory), side).replace(pair);

  it.each(['internal', 'external'] as const)(
    'fits after a crash at any moment of its replacement: the old one or the new one (%s)',
    async (side) => {
      const found: string[] = [];
      for (let operations = 0; ; operations++) {
        await replace(old, side);
        const failing = new CredentialFiles(new FailingFiles(directory, operations), side);
        const outcome = await failing.replace(renewed).then(
          () => 'done',
          () => 'crashed',
        );
        const pair = await restart(side);
        found.push(pair.key === renewed.key ? 'new' : 'old');
        expect(await restart(side), 'once more, it is the same').toEqual(pair);
        expect((await readdir(directory)).filter((name) => name.includes('pending'))).toEqual([]);
        if (outcome === 'done') break;
      }
      expect(found).toEqual(['old', 'new', 'new', 'new', 'new']);
    },
  );

  it.each([
    ['an empty certificate', 'tls.crt', ''],
    ['a damaged certificate', 'tls.crt', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['a damaged key', 'tls.key', 'no key'],
    ['no key', 'tls.key', null],
  ])('is said to be damaged with %s, and that the server joins again', async (_what, name, text) => {
    await replace(old);
    const file = join(directory, name);
    if (text === null) await rm(file);
    else await writeFile(file, text, { mode: 0o600 });
    await expect(restart()).rejects.toMatchObject({
      code: 'ENTENTE_MEMBER_DAMAGED',
      place: file,
      remedy: expect.stringMatching(/move it aside.*entente join-token <server> --replace/),
    });
  });

  it('fits after a crash at any moment of its recovery', async () => {
    for (let operations = 0; operations < 4; operations++) {
      await replace(old);
      const crash = new CredentialFiles(new FailingFiles(directory, 2), 'internal');
      await expect(crash.replace(renewed)).rejects.toThrow('power failure');
      const again = new CredentialFiles(new FailingFiles(directory, operations), 'internal');
      await again.load().catch(() => {});
      expect(await restart()).toEqual(renewed);
    }
  });

  it('is whole where nothing was there before', async () => {
    const crash = new CredentialFiles(new FailingFiles(directory, 1), 'internal');
    await expect(crash.replace(renewed)).rejects.toThrow('power failure');
    expect(await restart()).toEqual(renewed);
  });

  it.each([
    ['nothing', () => ''],
    ['half of a pair', () => renewed.key + renewed.certificate.slice(0, 200)],
    ['a key and the certificate of another', () => old.key + renewed.certificate],
    ['a certificate without a key', () => renewed.certificate],
    ['something else', () => 'hello'],
  ])('stays where the third file holds %s', async (_, text) => {
    await replace(old);
    await writeFile(join(directory, 'tls.pending.pem'), text(), { mode: 0o600 });
    expect(await restart()).toEqual(old);
    expect(await readdir(directory)).not.toContain('tls.pending.pem');
  });

  it.each([
    ['internal', 'tls.key'],
    ['external', 'tls-external.key'],
  ] as const)('is not used where others may read its key (%s)', async (side, name) => {
    await replace(old, side);
    await chmod(join(directory, name), 0o640);
    await expect(restart(side)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_SECRET_EXPOSED',
      place: join(directory, name),
    });
    await chmod(join(directory, name), 0o600);
    expect(await restart(side)).toEqual(old);
  });

  it('is read by nobody else, the third file neither', async () => {
    const crash = new CredentialFiles(new FailingFiles(directory, 2), 'internal');
    await expect(crash.replace(renewed)).rejects.toThrow('power failure');
    for (const name of ['tls.key', 'tls.pending.pem']) {
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    }
  });
});
