import { isIP } from 'node:net';
import { OperatorFault } from '@entente/host';

/**
 * Reads the values of `--address`: an address alone belongs to the server that is dialled.
 * @param values - `127.0.0.1`, or `ca.contoso.example=127.0.0.1`
 * @param dialled - the name of this server
 * @returns addresses by name
 * @throws OperatorFault `ENTENTE_USAGE`
 */
export function readAddresses(values: readonly string[], dialled: string): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  for (const value of values) {
    const [first, second, ...more] = value.split('=');
    const [name, address] = second === undefined ? [dialled, first] : [first?.toLowerCase(), second];
    if (more.length > 0 || name === undefined || name === '' || isIP(address ?? '') === 0) {
      throw new OperatorFault('ENTENTE_USAGE', {
        sentence: `expected an IP address, or <name>=<IP address>, found ${value}`,
        place: 'option --address',
        remedy: 'give one like 127.0.0.1 or ca.contoso.example=127.0.0.1',
      });
    }
    addresses.set(name, address as string);
  }
  return addresses;
}
