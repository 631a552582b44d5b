import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kamailio, startKamailio } from '../programs/kamailio.ts';
import type { Guide } from './guide.ts';
import type { IssuedFiles } from './openssl-authority.ts';

/** Domain of the partner, as the guide has it. */
export const partnerDomain = 'fabrikam.example';
/** Name of its proxy. */
export const partnerHost = `sip.${partnerDomain}`;
/** Ports of its proxy. */
export const partnerPorts = { federation: 5061, clients: 5071 } as const;

/**
 * Starts the proxy of the partner with the files of the guide.
 *
 * @param guide - has `kamailio.cfg` and `tls.cfg`
 * @param certificate - that it presents
 * @param ourRoots - PEM file with the roots of our organisation
 * @param change - what is otherwise in its routes
 */
export async function startPartnerProxy(
  guide: Guide,
  certificate: IssuedFiles,
  ourRoots: string,
  change: (routes: string) => string = (routes) => routes,
): Promise<Kamailio> {
  const here = (text: string): string => text.replaceAll('192.0.2.20', '127.0.0.1');
  return startKamailio({
    routes: here(change(guide.file('fabrikam/kamailio.cfg'))),
    tls: here(guide.file('fabrikam/tls.cfg')),
    files: {
      'tls.crt': await readFile(certificate.certificate, 'utf8'),
      'tls.key': await readFile(certificate.key, 'utf8'),
      'contoso_root_ca.crt': await readFile(ourRoots, 'utf8'),
    },
    directory: join(guide.folder, 'fabrikam-kamailio'),
  });
}
