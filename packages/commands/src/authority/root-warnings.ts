import { OperatorFault } from '@entente/host';
import type { Found } from './certificates.ts';
import type { AuthorityConnection } from './connect-authority.ts';

/** Something that needs the key of the root before it is too late, as the authority says it. */
export interface RootWarning {
  readonly message: string;
  readonly remedy: string;
}

/** The key of a root that lies beside the issuing key, as the authority says it. */
export interface RootKeyBeside extends RootWarning {
  /** Its path on the machine of the authority. */
  readonly file: string;
}

/** What the authority says of its roots. */
export interface RootWarnings {
  readonly warnings: readonly RootWarning[];
  readonly rootKey?: RootKeyBeside;
}

const path = '/issuers';

/**
 * Asks what the key of the root is needed for: a successor, a list that ends, the next root; and whether it lies beside the authority.
 * @param connection - to the authority
 * @throws OperatorFault `ENTENTE_AUTHORITY_ANSWER` where the answer is something else; faults of the connection
 */
export async function rootWarnings(connection: AuthorityConnection): Promise<Found<RootWarnings>> {
  const outcome = await connection.get(path);
  if (!outcome.ok) return outcome;
  const found = warningsIn(outcome.text);
  if (found !== undefined) {
    const { rootKey, warnings } = found;
    return {
      ok: true,
      found: {
        warnings: warnings.map(({ message, remedy }) => ({ message, remedy })),
        ...(rootKey === undefined ? {} : { rootKey }),
      },
    };
  }
  throw new OperatorFault('ENTENTE_AUTHORITY_ANSWER', {
    sentence: 'the authority answered with something else than the state of its issuing authorities',
    place: path,
    remedy: 'check that this is the URL of the authority, and that it runs the same release',
  });
}

/**
 * What to do about warnings of the roots: where an answer was brought, nobody goes to the root until the authority has taken it.
 * @param warnings - as the authority says them
 * @param brought - names of the answers that wait
 */
export function onceBrought<T extends RootWarning>(
  warnings: readonly T[],
  brought: readonly string[],
): readonly T[] {
  if (brought.length === 0) return warnings;
  const remedy = `wait until the authority has taken ${brought.join(', ')}, within a minute, or when it starts; then look again`;
  return warnings.map((warning) => ({ ...warning, remedy }));
}

function warningsIn(text: string): RootWarnings | undefined {
  try {
    const { brought, rootKey, warnings } = JSON.parse(text) as {
      readonly brought?: unknown;
      readonly rootKey?: unknown;
      readonly warnings?: unknown;
    };
    if (!Array.isArray(warnings) || !warnings.every(isWarning)) return undefined;
    const files = Array.isArray(brought) ? brought.map(String) : [];
    const known = { warnings: onceBrought(warnings, files) };
    if (rootKey === undefined) return known;
    return isRootKey(rootKey) ? { ...known, rootKey } : undefined;
  } catch {
    return undefined;
  }
}

function isRootKey(value: unknown): value is RootKeyBeside {
  return isWarning(value) && typeof (value as Partial<RootKeyBeside>).file === 'string';
}

function isWarning(value: unknown): value is RootWarning {
  const { message, remedy } = (value ?? {}) as Partial<RootWarning>;
  return typeof message === 'string' && typeof remedy === 'string';
}
