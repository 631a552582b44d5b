import type { OutsideView } from '@entente/pki';
import type { OpenAuthority } from '@entente/pki/node';
import { outsideObjectUrls, type Topology } from '@entente/topology';

/**
 * How certificates of external interfaces differ from those inside: revocation lists are where the edges serve them, and the
 * chain is the one for outsiders.
 * @param opened - the authority's certificates
 * @param topology - the one in force
 * @returns `undefined` where no edge serves outsiders
 */
export function outsideView(
  { issuer, outside }: Pick<OpenAuthority, 'issuer' | 'outside'>,
  topology: Topology | undefined,
): OutsideView | undefined {
  const objectsUrls = topology === undefined ? [] : outsideObjectUrls(topology);
  if (objectsUrls.length === 0) return undefined;
  return { objectsUrls, chain: outside === undefined ? issuer.chain : [outside.der] };
}

/**
 * Says what keeps outsiders from the root's list: the addresses in the issuing authority's certificate were written with the
 * root's key, which is not here, so nobody but an administrator can mend it.
 * @param opened - the authority's certificates
 * @param topology - the one in force
 */
export function outsideProblem(
  { outside }: Pick<OpenAuthority, 'outside'>,
  topology: Topology | undefined,
): { readonly message: string; readonly remedy: string } | undefined {
  const wanted = topology === undefined ? [] : outsideObjectUrls(topology);
  if (wanted.length === 0) return undefined;
  const remedy = 'run entente ca outside with the key of the root, then start the authority again';
  if (outside === undefined) {
    return {
      message: `partners cannot check our edges: the issuing authority has no certificate that names ${wanted.join(', ')}`,
      remedy,
    };
  }
  const named = (outside.crlDistributionPoints ?? []).flatMap(({ name }) =>
    name?.type === 'full' ? name.names.flatMap((one) => (one.type === 'uri' ? [one.value] : [])) : [],
  );
  const missing = wanted.filter((url) => !named.some((one) => one.startsWith(`${url}/`)));
  if (missing.length === 0) return undefined;
  return {
    message: `the issuing authority's certificate for outsiders does not name ${missing.join(', ')}`,
    remedy,
  };
}
