import { type Found, type ListedCertificate, listCertificates } from './certificates.ts';
import type { AuthorityConnection } from './connect-authority.ts';
import { anotherCertificate, firstCertificate } from './first-certificate.ts';
import { endOfHold } from './held-certificate.ts';
import type { MemberState } from './member-state.ts';

/** A server without a valid certificate. */
export interface Missing extends Pick<MemberState, 'interface' | 'role' | 'server'> {
  /** Whether it has had one: then it has joined. */
  readonly hasHad: boolean;
  /** The last one, where it is on hold. */
  readonly onHold?: Pick<ListedCertificate, 'serial'> | undefined;
}

/**
 * The first server that has no valid certificate, and whether it has had one.
 * @param members - as they were judged
 * @param listed - certificates of servers, without those that have expired: years of them are asked for of one server alone
 * @param connection - to the authority
 */
export async function missingIn(
  members: readonly (Omit<Missing, 'hasHad'> & Pick<MemberState, 'certificateUntil'>)[],
  listed: readonly Pick<ListedCertificate, 'subject'>[],
  connection: AuthorityConnection,
): Promise<Found<Missing | undefined>> {
  const first = members.find(({ certificateUntil }) => certificateUntil === undefined);
  if (first === undefined) return { ok: true, found: undefined };
  const { server: subject } = first;
  if (listed.some((one) => one.subject === subject)) return { ok: true, found: { ...first, hasHad: true } };
  const all = await listCertificates(connection, { subject, profile: 'server', expired: true });
  if (!all.ok) return all;
  return { ok: true, found: { ...first, hasHad: all.found.length > 0 } };
}

/**
 * How such a server gets a certificate.
 * @param missing - from {@link missingIn}
 */
export function certificateFor({ hasHad, interface: side, onHold, role, server }: Missing): string {
  if (onHold !== undefined) return endOfHold(onHold.serial).join('; ');
  const isExternal = side === 'external';
  return hasHad ? anotherCertificate(server, role, isExternal) : firstCertificate(server, role, isExternal);
}
