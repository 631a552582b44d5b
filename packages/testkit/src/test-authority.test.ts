import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTestAuthority } from './index.ts';

describe('test authority', () => {
  it('issues a chain that openssl verifies, and a CRL that openssl enforces', async () => {
    const root = await createTestAuthority('Contoso Test Root');
    const issuing = await root.subordinate('Contoso Test Issuing CA');
    const good = await issuing.issue({ dnsNames: ['fe1.contoso.example'], uris: ['sip:contoso.example'] });
    const revoked = await issuing.issue({ dnsNames: ['fe2.contoso.example'] });
    const folder = mkdtempSync(join(tmpdir(), 'entente-'));
    try {
      const file = (name: string, text: string) => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      const anchors = file(
        'root.pem',
        root.certificatePem + (await root.crl([])) + (await issuing.crl([revoked.serialHex])),
      );
      const verify = (name: string, certificate: string) =>
        execFileSync(
          'openssl',
          [
            'verify',
            '-crl_check_all',
            '-CAfile',
            anchors,
            '-untrusted',
            file('ca.pem', issuing.certificatePem),
            file(name, certificate),
          ],
          { stdio: 'pipe' },
        ).toString();
      expect(verify('good.pem', good.certificatePem)).toContain('OK');
      expect(() => verify('revoked.pem', revoked.certificatePem)).toThrow(/revoked/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
