import { createKeyAndRequest, enrol, type JoinToken, parseJoinToken } from '@entente/pki/client';
import { httpClient, type Trust } from '@entente/tls';
import { links } from '@entente/topology';
import { allowNames } from '@entente/trust';
import { encodePem } from '@entente/x509';
import { MemberFault } from '../files/fault.ts';
import type { MemberFiles } from '../files/member-files.ts';

/**
 * Reads a join token meant for a server.
 * @throws {MemberFault} `ENTENTE_MEMBER_TOKEN`
 */
export function readToken(text: string, fqdn: string): JoinToken {
  const parsed = parseJoinToken(text);
  if (!parsed.ok) {
    throw new MemberFault('ENTENTE_MEMBER_TOKEN', {
      sentence: parsed.refusal.message,
      place: 'the join token',
      remedy: parsed.refusal.remedy,
    });
  }
  if (parsed.token.server !== fqdn) {
    throw new MemberFault('ENTENTE_MEMBER_TOKEN', {
      sentence: `the join token is for ${parsed.token.server}, this server is ${fqdn}`,
      place: 'the join token',
      remedy: 'use the token that was made for this server, or correct its name',
    });
  }
  return parsed.token;
}

/**
 * Asks for the first certificate and writes down who this server is now.
 * @param trust judges the authority by the root that the token pins
 * @param addresses where to dial instead of resolving the authority's name
 * @throws {MemberFault} `ENTENTE_MEMBER_REFUSED`, and what the connection fails of
 */
export async function join(
  files: MemberFiles,
  token: JoinToken,
  trust: Trust,
  rootDer: Uint8Array,
  addresses: ReadonlyMap<string, string>,
): Promise<void> {
  const authority = new URL(token.authority).hostname;
  const client = httpClient({
    trust,
    allow: allowNames([authority]),
    link: { name: links.memberToAuthority.name, interface: 'internal' },
    keepAlive: false,
    addresses,
  });
  try {
    const key = await createKeyAndRequest({ subject: token.server });
    const outcome = await enrol({ token, key, transport: client.fetch });
    if (!outcome.ok) {
      throw new MemberFault('ENTENTE_MEMBER_REFUSED', {
        sentence: `the authority refused: ${outcome.refusal.message} (${outcome.refusal.reason})`,
        place: token.authority,
        remedy: outcome.refusal.remedy,
      });
    }
    await files.write('roots', encodePem('CERTIFICATE', rootDer));
    await files.write('key', key.privateKeyPem);
    await files.write('certificate', outcome.certificate.chainPem);
    // Last, because its presence says that this server has joined.
    await files.write(
      'membership',
      `${JSON.stringify({ authority: token.authority, administratorsHash: token.administratorsHash })}\n`,
    );
  } finally {
    client[Symbol.dispose]();
  }
}
