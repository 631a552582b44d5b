import type { OutsideView } from '@entente/pki';
import type { OpenAuthorityFolder } from '@entente/pki/node';
import { outsideObjectUrls, type Topology } from '@entente/topology';
import type { Certificate } from '@entente/x509';
import type { DomainRoots } from './roots/domain-roots.ts';

/**
 * How certificates of external interfaces differ from others: their CRLs are at the addresses of the edges, and their chain is the
 * one for outsiders.
 * @param opened - the authority's certificates
 * @param topology - the one in force
 * @param roots - give what follows the issuing authority; default nothing
 * @returns `undefined` where no edge serves outsiders
 */
export function outsideView(
  { issuer, outside }: Pick<OpenAuthorityFolder, 'issuer' | 'outside'>,
  topology: Topology | undefined,
  roots?: Pick<DomainRoots, 'chainOf' | 'chainOutside'>,
): OutsideView | undefined {
  const objectsUrls = topology === undefined ? [] : outsideObjectUrls(topology);
  if (objectsUrls.length === 0) return undefined;
  if (outside === undefined) return { objectsUrls, chain: roots?.chainOf(issuer, false) ?? issuer.chain };
  return { objectsUrls, chain: roots?.chainOutside(issuer, outside) ?? [outside.der] };
}

/**
 * What prevents outsiders from fetching the root's CRL: its addresses are in the issuing authority's certificate, which the root
 * signed. The root's key is not here, so only an administrator can fix this.
 * @param opened - the authority's certificates
 * @param topology - the one in force
 */
export function outsideProblem(
  { outside }: Pick<OpenAuthorityFolder, 'outside'>,
  topology: Topology | undefined,
): { readonly message: string; readonly remedy: string } | undefined {
  const wanted = topology === undefined ? [] : outsideObjectUrls(topology);
  if (wanted.length === 0) return undefined;
  const remedy =
    'sign root-request.json, which the authority writes within a minute, with entente ca root sign, and bring the answer back with entente ca root accept';
  if (outside === undefined) {
    return {
      message: `partners cannot check the certificates of the edges: the issuing authority has no certificate that names ${wanted.join(', ')}`,
      remedy,
    };
  }
  const named = namedOutside(outside);
  const missing = wanted.filter((url) => !named.includes(url));
  if (missing.length === 0) return undefined;
  return {
    message: `the issuing authority's certificate for outsiders does not name ${missing.join(', ')}`,
    remedy,
  };
}

/**
 * The bases of the addresses at which a certificate for outsiders says that the root's CRL is.
 * @param outside - none names none
 */
export function namedOutside(outside: Certificate | undefined): readonly string[] {
  return (outside?.crlDistributionPoints ?? []).flatMap(({ name }) =>
    name?.type === 'full'
      ? name.names.flatMap((one) =>
          one.type === 'uri' && URL.canParse(one.value) ? [new URL(one.value).origin] : [],
        )
      : [],
  );
}
