import { Resolver } from 'node:dns/promises';
import { OperatorFault } from '@entente/host';

/**
 * The DNS that partners are found with.
 * @param servers - `address` or `address:port`; default the system's
 * @param place - the configuration file
 * @throws OperatorFault `ENTENTE_CONFIG_INVALID`
 */
export function createResolver(servers: readonly string[] | undefined, place: string): Resolver {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  if (servers === undefined) return resolver;
  try {
    resolver.setServers([...servers]);
  } catch (cause) {
    throw new OperatorFault('ENTENTE_CONFIG_INVALID', {
      sentence: `"dns": ${(cause as Error).message}`,
      place,
      remedy: 'give addresses of DNS servers, with a port where it is not 53',
      cause,
    });
  }
  return resolver;
}
