import { webLimits } from '@entente/accounts/web';

/** A session as a browser carries it. */
export interface CarriedSession {
  /** Whose it claims to be: it leads to the front ends that can open the token, and proves nothing. */
  readonly address: string;
  readonly token: string;
}

/** The prefix makes browsers accept it from this host alone, over HTTPS, for every path (RFC 6265bis §4.1.3.2). */
const name = '__Host-entente-session';
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict';
const maxAddressLength = 400;

/**
 * Reads the cookie of a session.
 * @param field - Cookie, from anybody
 */
export function readSession(field: string | undefined): CarriedSession | undefined {
  const found = field?.split(';').find((pair) => pair.trimStart().startsWith(`${name}=`));
  const value = found?.slice(found.indexOf('=') + 1).trim() ?? '';
  const [address = '', token = '', ...rest] = value.split('.');
  if (rest.length > 0 || address === '' || token === '') return undefined;
  if (address.length > maxAddressLength || token.length > webLimits.tokenCharacters) return undefined;
  return { address: Buffer.from(address, 'base64url').toString('utf8'), token };
}

/**
 * The Set-Cookie field for a session. It has no end of its own: the session ends with the browser, or when its token is void.
 * @param session - from a front end
 */
export function sessionCookie({ address, token }: CarriedSession): string {
  return `${name}=${Buffer.from(address, 'utf8').toString('base64url')}.${token}; ${attributes}`;
}

/** The Set-Cookie field that takes it away. */
export const noSessionCookie = `${name}=; Max-Age=0; ${attributes}`;
