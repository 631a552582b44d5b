import type { edgeInterfaces } from '@entente/edge';
import { OperatorFault, type ServerProblem } from '@entente/host';

const nameIt =
  'write external: { certificate: <file>, key: <file> }, PEM, the chain with the leaf first; or take the public certificate out of the topology';

/**
 * Refuses an edge whose external certificate comes from a public CA, and whose configuration does not name its files: the authority has none for it.
 * @param outside - the external interface, as the topology lists it
 * @param isNamed - whether the configuration names the files
 * @param configFile - the place for the fault
 * @throws OperatorFault `ENTENTE_EXTERNAL_CERTIFICATE_MISSING`
 */
export function refuseUnnamedCertificate(
  outside: Pick<ReturnType<typeof edgeInterfaces>['external'], 'certificate' | 'fqdn'>,
  isNamed: boolean,
  configFile: string,
): void {
  if (isNamed || outside.certificate !== 'public') return;
  throw new OperatorFault('ENTENTE_EXTERNAL_CERTIFICATE_MISSING', {
    sentence: `the topology says that a public CA certifies ${outside.fqdn}, and the configuration names no certificate of it`,
    place: configFile,
    remedy: nameIt,
  });
}

/**
 * That an edge which runs cannot be started again, because the topology wants a certificate of a public CA since, and the configuration names none.
 * @param outside - the external interface, as the topology lists it now
 * @param configFile - where the files would be named
 */
export function unnamedCertificate(
  outside: { readonly certificate?: string; readonly fqdn?: string } | undefined,
  configFile: string,
): readonly ServerProblem[] {
  if (outside?.certificate !== 'public') return [];
  return [
    {
      part: 'external-certificate',
      message: `the topology says that a public CA certifies ${outside.fqdn}, and ${configFile} names no certificate of it: this server goes on with the one that it has, and cannot be started again`,
      remedy: `${nameIt}; then restart this server`,
      stops: false,
    },
  ];
}
