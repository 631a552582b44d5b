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

/** Servers without a certificate that are looked at in one answer: each may take a question of its own. */
const mostMissing = 10;

/**
 * The servers that have no valid certificate, the first of many, and whether each has had one.
 * @param members - as they were judged
 * @param listed - certificates of servers, without those that have expired: years of them are asked for of one server at a time
 * @param connection - to the authority
 */
export async function missingIn(
  members: readonly (Omit<Missing, 'hasHad'> & Pick<MemberState, 'certificateUntil'>)[],
  listed: readonly Pick<ListedCertificate, 'subject'>[],
  connection: AuthorityConnection,
): Promise<Found<readonly Missing[]>> {
  const found: Missing[] = [];
  const without = members.filter(({ certificateUntil }) => certificateUntil === undefined);
  for (const one of without.slice(0, mostMissing)) {
    const { server: subject } = one;
    let hasHad = listed.some((each) => each.subject === subject);
    if (!hasHad) {
      const all = await listCertificates(connection, { subject, profile: 'server', expired: true });
      if (!all.ok) return all;
      hasHad = all.found.length > 0;
    }
    found.push({ ...one, hasHad });
  }
  return { ok: true, found };
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
