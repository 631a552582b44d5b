import { type RequestRefusal, refusal } from '../request/refusal.ts';

/**
 * The refusal of a request for a user of ours whom no front end serves: nothing says where the user is at home. An account alone does not.
 * @param address - of record, at one of our domains
 * @param knowsAccounts - whether the server knows the homes that accounts name; an edge knows those of the topology alone
 */
export function userWithoutHome(address: string, knowsAccounts = true): RequestRefusal {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return refusal(
    'unknown-user',
    404,
    `expected a user with a home, found that ${address} has none: ${domain} has no pool, and ${knowsAccounts ? 'neither the topology nor an account names a home' : 'the topology, which is all that an edge knows of homes, names none'}`,
    knowsAccounts
      ? 'Give the domain a pool (entente topology add pool <fqdn> --role front-end --home), or the user a home (entente user move <address> --home <fqdn>).'
      : 'Give the domain a pool (entente topology add pool <fqdn> --role front-end --home): an edge does not know the homes that accounts name.',
  );
}
