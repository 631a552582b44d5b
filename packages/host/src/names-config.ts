import { z } from 'zod';

/** Schema of the FQDN of a server in its own configuration: as the topology lists it, in lower case. */
export const fqdnConfig = z
  .string()
  .min(1)
  .refine(
    (name) => name === name.toLowerCase(),
    'expected a name in lower case, as the topology lists it, e.g. fe1.contoso.example',
  );

/** Schema of the addresses of hosts that DNS does not know, by name. Default none. */
export const addressesConfig = z
  .record(
    z.string().min(1),
    z.union([z.ipv4(), z.ipv6()], 'expected an IP address, e.g. 192.0.2.7, found something else'),
  )
  .default({});
