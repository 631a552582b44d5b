import { BlockList, isIPv6 } from 'node:net';
import { z } from 'zod';
import { OperatorFault } from '../fault.ts';

/** Where nobody outside an organisation is: loopback, private networks (RFC 1918, RFC 4193), shared ones (RFC 6598), single links. */
const inside = new BlockList();
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const)
  inside.addSubnet(network, prefix, 'ipv4');
inside.addAddress('::1', 'ipv6');
inside.addSubnet('fc00::', 7, 'ipv6');
inside.addSubnet('fe80::', 10, 'ipv6');

const isInside = (address: string): boolean => inside.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

/**
 * Schema of the listener for `/healthz`, `/readyz` and `/metrics`. There is none without it. It has one address: every address of the
 * machine, or a public one, is refused.
 */
export const managementConfig = z
  .strictObject({
    /** 0 is any free port, which the log names. */
    port: z.int().min(0).max(65_535),
    /** Default 127.0.0.1. */
    address: z
      .union([z.ipv4(), z.ipv6()])
      .refine(
        isInside,
        'expected an address of loopback or of a private network, not a public one or every address',
      )
      .default('127.0.0.1'),
  })
  .exactOptional();

/** Where a server is managed. */
export type ManagementConfig = z.infer<typeof managementConfig>;

/**
 * Refuses the address at which a server serves outsiders: behind address translation it may be a private one.
 * @param management - where the server is managed
 * @param outside - address of its external interface, where it has one
 * @param place - the configuration file
 * @throws OperatorFault `ENTENTE_MANAGEMENT_OUTSIDE`
 */
export function refuseManagementOutside(
  management: ManagementConfig | undefined,
  outside: string | undefined,
  place: string,
): void {
  if (management === undefined || management.address !== outside) return;
  throw new OperatorFault('ENTENTE_MANAGEMENT_OUTSIDE', {
    sentence: `"management.address": expected an address inside, found ${outside}, where this server serves outsiders`,
    place,
    remedy: `give "management.address" another address of this machine, where no outsiders are served: that of the internal interface, or ${outside === '127.0.0.1' ? '127.0.0.2' : '127.0.0.1'}`,
  });
}
