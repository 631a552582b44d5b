import type { Socket } from 'node:net';

/** An IPv4 peer of a listener on every address shows itself as mapped into IPv6; it is written as the IPv4 address that it is. */
export function sourceOf({
  remoteAddress: address,
  remotePort: port,
}: Socket): { readonly address: string; readonly port: number } | undefined {
  if (address === undefined || port === undefined) return undefined;
  return { address: address.replace(/^::ffff:(?=\d+\.)/i, ''), port };
}
