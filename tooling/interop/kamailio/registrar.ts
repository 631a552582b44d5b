import { join } from 'node:path';
import type { TestAuthority } from '@entente/testkit';
import { filledIn } from '../programs/filled-in.ts';
import { type Kamailio, startKamailio } from '../programs/kamailio.ts';

/** Where a registrar is, and whom it knows. */
export interface RegistrarOptions {
  readonly authority: TestAuthority;
  readonly directory: string;
  readonly domain: string;
  readonly port: number;
  /** Of every user. */
  readonly password: string;
}

/**
 * Kamailio as the registrar and proxy of a domain, for users over TLS who are behind their connections: it challenges every request by digest
 * (SHA-256), and takes each nonce once: the next request with it is challenged with `stale`.
 *
 * @param options - where
 * @returns once it listens
 */
export async function startRegistrar(options: RegistrarOptions): Promise<Kamailio> {
  const { authority, directory, domain, password, port } = options;
  const own = await authority.issue({ dnsNames: [`sip.${domain}`, domain], uris: [`sip:${domain}`] });
  const tls = ['[server:default]', 'method = TLSv1.2+'];
  tls.push('private_key = /etc/kamailio/tls.key', 'certificate = /etc/kamailio/tls.crt');
  return startKamailio({
    routes: await filledIn('registrar.cfg', { DOMAIN: domain, PASSWORD: password, PORT: `${port}` }),
    tls: `${tls.join('\n')}\n`,
    files: { 'tls.crt': own.chainPem, 'tls.key': own.keyPem },
    directory: join(directory, 'kamailio'),
  });
}
