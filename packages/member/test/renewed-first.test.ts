import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority, createTestLog, type TestAuthority } from '@entente/testkit';
import { systemClock } from '@entente/tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CredentialFiles, type Side } from '../src/credential/credential-files.ts';
import { RenewedCredential } from '../src/credential/renewed-credential.ts';
import { MemberFiles } from '../src/files/member-files.ts';

const dnsNames = ['edge1.contoso.example'];
const hour = 3_600_000;

describe('a renewal of the external certificate', () => {
  let directory: string;
  let root: TestAuthority;
  /** The interfaces for which the authority was asked. */
  let asked: string[];
  let logged: string[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-renewed-first-'));
    root = await createTestAuthority('Contoso Root');
    asked = [];
    logged = [];
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const open = async (
    side: Side,
    age: number,
    refused: readonly string[] = [],
    asking?: RenewedCredential,
  ): Promise<RenewedCredential> => {
    const files = new CredentialFiles(new MemberFiles(directory), side);
    const notBefore = Date.now() - age;
    const { chainPem, keyPem } = await root.issue({ dnsNames, notBefore });
    await files.replace({ certificate: chainPem, key: keyPem });
    return RenewedCredential.open({
      subject: () => 'edge1.contoso.example',
      files,
      authority: {
        url: 'https://ca.contoso.example',
        async enrolTransport(request) {
          asked.push(side);
          if (refused.includes(side)) return Response.json({ reason: 'already-renewed' }, { status: 409 });
          const wanted = new Uint8Array(await request.arrayBuffer());
          return new Response(await root.certify(wanted, { dnsNames }), { status: 201 });
        },
      },
      ...(asking === undefined ? {} : { asking }),
      clock: systemClock,
      log: createTestLog(({ message }) => logged.push(message)),
    });
  };

  it('asks at once where the internal certificate is the newer one', async () => {
    await using internal = await open('internal', hour);
    await using external = await open('external', 2 * hour, [], internal);
    await external.renewNow();
    expect(asked).toEqual(['external']);
  });

  it('comes after one of the internal certificate where that has asked before', async () => {
    await using internal = await open('internal', 2 * hour);
    await using external = await open('external', 1.5 * hour, [], internal);
    await external.renewNow();
    expect(asked).toEqual(['internal', 'external']);
  });

  it('waits for one of the internal certificate that is under way', async () => {
    await using internal = await open('internal', 2 * hour);
    await using external = await open('external', 1.5 * hour, [], internal);
    await Promise.all([internal.renewNow(), external.renewNow()]);
    expect(asked).toEqual(['internal', 'external']);
  });

  it('is not asked for where the internal certificate could not be renewed', async () => {
    await using internal = await open('internal', 2 * hour, ['internal']);
    await using external = await open('external', 1.5 * hour, [], internal);
    await external.renewNow();
    expect(asked).toEqual(['internal']);
    expect(logged).toHaveLength(2);
  });
});
