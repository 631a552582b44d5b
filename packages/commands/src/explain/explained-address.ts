import { OperatorFault } from '@entente/host';

/** A server to explain. */
export interface ExplainedAddress {
  /** Name or address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Reads what an operator has written for a server.
 * @param text - `host`, `host:port`, `[IPv6]:port`, or a URL of https, whose path means nothing here
 * @param defaultPort - where none is written
 * @throws OperatorFault `ENTENTE_USAGE`
 */
export function readAddress(text: string, defaultPort: number): ExplainedAddress {
  const url = /^https:\/\/([^/?#@]+)(?:[/?#].*)?$/i.exec(text)?.[1];
  const match = /^(?:\[([^\]]+)\]|([^:[\]/?#@]+))(?::(\d{1,5}))?$/.exec(url ?? text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? (url === undefined ? defaultPort : 443));
  if (host !== undefined && port >= 1 && port <= 65_535) return { host, port };
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected host:port or a URL of https, found ${text}`,
    place: 'argument <address>',
    remedy: 'give one like sip.contoso.example:5061, [::1]:5061 or https://www.contoso.example',
  });
}
