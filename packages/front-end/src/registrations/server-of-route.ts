import { parseNameAddr } from '@entente/sip';

/**
 * The server that an entry of Route or Path leads to.
 * @param route - value of the header field; undefined where there is none
 */
export function serverOfRoute(route: string | undefined): string | undefined {
  const parsed = route === undefined ? undefined : parseNameAddr(route);
  return parsed?.ok === true && parsed.value.uri.kind === 'sip' ? parsed.value.uri.host : undefined;
}
