import { createKeyAndRequest, enrol, parseJoinToken, renew } from '@entente/pki/client';
import type { Trust } from '@entente/tls';
import { encodePem } from '@entente/x509';
import { type AuthorityOrders, authorityClient } from './authority-orders.ts';
import type { AuthorityPlace } from './authority-place.ts';
import { credentialOf } from './member-here.ts';

/** A certificate that a server has received, with its key. */
export interface Enrolled {
  /** Leaf first, PEM. */
  readonly chainPem: string;
  readonly keyPem: string;
  /** Lower-case hexadecimal. */
  readonly serialHex: string;
}

/**
 * Joins with a token, as a member does.
 *
 * @param place - the authority
 * @param trust - what judges it
 * @param tokenText - as the authority gave it to an administrator
 * @param fqdn - of the server
 * @throws Error where the authority refuses, or does not answer
 */
export async function enrolServer(
  place: AuthorityPlace,
  trust: Trust,
  tokenText: string,
  fqdn: string,
): Promise<Enrolled> {
  const parsed = parseJoinToken(tokenText);
  if (!parsed.ok) throw new Error('the authority gave no join token that can be read');
  using client = authorityClient(place, trust);
  const key = await createKeyAndRequest({ subject: fqdn });
  const transport = (request: Request): Promise<Response> => client.fetch(request);
  const outcome = await enrol({ token: parsed.token, key, transport });
  if (!outcome.ok) throw new Error(`${fqdn}: ${outcome.refusal.message}`);
  const { chainPem, serialHex } = outcome.certificate;
  return { chainPem, keyPem: key.privateKeyPem, serialHex };
}

/**
 * Renews with a current certificate, for one of the server's interfaces.
 *
 * @param place - the authority
 * @param trust - what judges it
 * @param current - what the server has
 * @param wanted - name that the certificate is for, and the interface; default the internal one
 * @throws Error where the authority refuses, or does not answer
 */
export async function renewServer(
  place: AuthorityPlace,
  trust: Trust,
  current: Enrolled,
  wanted: { readonly subject: string; readonly interface?: 'external' },
): Promise<Enrolled> {
  await using identity = await credentialOf(current);
  using client = authorityClient(place, trust, identity);
  const key = await createKeyAndRequest({ subject: wanted.subject });
  const outcome = await renew({
    authority: `https://${place.fqdn}:${place.httpsPort}`,
    key,
    transport: (request) => client.fetch(request),
    ...(wanted.interface === undefined ? {} : { interface: wanted.interface }),
  });
  if (!outcome.ok) throw new Error(`${wanted.subject}: ${outcome.refusal.message}`);
  const { chainPem, serialHex } = outcome.certificate;
  return { chainPem, keyPem: key.privateKeyPem, serialHex };
}

/**
 * Has an authority certify a server as by `entente cert issue --csr`: the key stays where it was created.
 *
 * @param orders - of an administrator
 * @param server - FQDN
 * @throws Error where the authority refuses
 */
export async function certifyServer(orders: AuthorityOrders, server: string): Promise<Enrolled> {
  const { privateKeyPem: keyPem, request } = await createKeyAndRequest({ subject: server });
  const order = { server, request: encodePem('CERTIFICATE REQUEST', request) };
  const { body, status } = await orders.post('/certificates', order);
  if (status >= 300) throw new Error(`${server}: ${JSON.stringify(body)}`);
  const chainPem = String(body.certificate);
  await using credential = await credentialOf({ chainPem, keyPem });
  return { chainPem, keyPem, serialHex: credential.current.leaf.serialHex };
}
