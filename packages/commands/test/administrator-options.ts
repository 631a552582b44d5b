import { join } from 'node:path';
import type { Network } from '@entente/testkit';

/**
 * The options by which a command speaks to the authority of a network as its administrator.
 * @param network - that runs
 */
export function administratorOptions({ anchorsFile, directory, organisation }: Network): string {
  const { authority } = organisation;
  const files = join(directory, 'authority', 'administrators', 'administrator');
  return `--authority https://${authority.fqdn}:${authority.httpsPort} --address 127.0.0.1 --anchors ${anchorsFile} --certificate ${files}.crt --key ${files}.key`;
}
