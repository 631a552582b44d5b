import { readFile } from 'node:fs/promises';
import type { TestAuthority, TestCertificate } from '@entente/testkit';
import { testAuthorityFrom } from '@entente/testkit/repository';
import type { Credentials, Scene } from '../../../../apps/authority-server/test/network.ts';

/** What somebody with a copy of the issuing key could make. */
export async function insiderOf({ made }: Pick<Scene, 'made'>): Promise<TestAuthority> {
  const { issuingCertificate, issuingKey } = made.files;
  return testAuthorityFrom(await readFile(issuingCertificate, 'utf8'), await readFile(issuingKey, 'utf8'));
}

/** A certificate with one name, as servers have it. */
export function issueServer(issuer: TestAuthority, fqdn: string): Promise<TestCertificate> {
  return issuer.issue({ dnsNames: [fqdn], uris: [`sip:${fqdn}`] });
}

/** As Node takes it. */
export const shown = ({ chainPem: cert, keyPem: key }: TestCertificate): Credentials => ({ cert, key });

/** Revokes any certificate below the root of the authority. @returns number of the list that has it */
export async function revoke(scene: Scene, certificatePem: string): Promise<number> {
  const body = JSON.stringify({ certificate: certificatePem, reason: 'keyCompromise' });
  const response = await scene.ask('/revoke', scene.alice, { method: 'POST', body });
  const answer = (await response.json()) as { readonly crlNumber?: number; readonly detail?: string };
  if (answer.crlNumber === undefined) throw new Error(answer.detail);
  return answer.crlNumber;
}
