import { OperatorFault } from '@entente/host';
import type { Found } from './certificates.ts';
import type { AuthorityConnection } from './connect-authority.ts';

/** Something that needs the key of the root before it is too late, as the authority says it. */
export interface RootWarning {
  readonly message: string;
  readonly remedy: string;
}

const path = '/issuers';

/**
 * Asks what the key of the root is needed for: a successor, a list that ends, the next root.
 * @param connection - to the authority
 * @throws OperatorFault `ENTENTE_AUTHORITY_ANSWER` where the answer is something else; faults of the connection
 */
export async function rootWarnings(connection: AuthorityConnection): Promise<Found<readonly RootWarning[]>> {
  const outcome = await connection.get(path);
  if (!outcome.ok) return outcome;
  const found = warningsIn(outcome.text);
  if (found !== undefined)
    return { ok: true, found: found.map(({ message, remedy }) => ({ message, remedy })) };
  throw new OperatorFault('ENTENTE_AUTHORITY_ANSWER', {
    sentence: 'the authority answered with something else than the state of its issuing authorities',
    place: path,
    remedy: 'check that this is the URL of the authority, and that it runs the same release',
  });
}

function warningsIn(text: string): readonly RootWarning[] | undefined {
  try {
    const { warnings } = JSON.parse(text) as { readonly warnings?: unknown };
    return Array.isArray(warnings) && warnings.every(isWarning) ? warnings : undefined;
  } catch {
    return undefined;
  }
}

function isWarning(value: unknown): value is RootWarning {
  const { message, remedy } = (value ?? {}) as Partial<RootWarning>;
  return typeof message === 'string' && typeof remedy === 'string';
}
