import type { Issuer } from '../ground/issuer.ts';
import type { Issuance } from '../issuing/issuance.ts';

/** The issuing authorities whose certificates may still be in use, the active one first; another array after each change. */
export type LiveIssuers = () => readonly [Issuer, ...Issuer[]];

/**
 * Issues with the authority that is active when the request arrives. What is under way when another one takes over ends with the one that
 * it began with.
 * @param live - asked at each request
 * @param create - the issuance of one authority, called once for each that is active
 */
export function rollingIssuance(live: LiveIssuers, create: (issuer: Issuer) => Issuance): Issuance {
  const created = new Map<string, Issuance>();
  const of = (issuer: Issuer): Issuance => {
    const known = created.get(issuer.id);
    if (known !== undefined) return known;
    const issuance = create(issuer);
    created.set(issuer.id, issuance);
    return issuance;
  };
  const current = (): Issuance => of(live()[0]);
  return {
    get issuer() {
      return current().issuer;
    },
    get issuers() {
      return live();
    },
    issue: (application, requester) => current().issue(application, requester),
    chainFor(side, issuedBy) {
      const [active, ...others] = live();
      return of(others.find(({ id }) => id === issuedBy) ?? active).chainFor(side);
    },
    sign: (profile, names, publicKey) => current().sign(profile, names, publicKey),
  };
}
