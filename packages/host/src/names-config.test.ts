import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseConfig } from './config.ts';
import { addressesConfig, fqdnConfig } from './names-config.ts';

const schema = z.strictObject({ fqdn: fqdnConfig, addresses: addressesConfig });
const read = (text: string) => parseConfig(`${text}\n`, 'fe1.yaml', schema);

describe('the names in the configuration of a server', () => {
  it('are its own in lower case, as the topology lists it, which the start compares it with', () => {
    expect(() => read('fqdn: FE1.contoso.example')).toThrow(
      /"fqdn" is not valid: expected a name in lower case/,
    );
    expect(read('fqdn: fe1.contoso.example')).toEqual({ fqdn: 'fe1.contoso.example', addresses: {} });
  });

  it('lead to IP addresses, and what was expected is said of anything else', () => {
    const text = (address: string) =>
      `fqdn: fe1.contoso.example\naddresses: { ca.contoso.example: ${address} }`;
    expect(() => read(text('localhost'))).toThrow(
      /"addresses\.ca\.contoso\.example" is not valid: expected an IP address, e\.g\. 192\.0\.2\.7/,
    );
    for (const address of ['192.0.2.7', '"2001:db8::7"']) expect(() => read(text(address))).not.toThrow();
  });
});
