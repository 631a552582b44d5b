/** A root of a domain, as the authority records it. Whether members believe it is in the topology, not here. */
export interface RootRecord {
  /** 1 for the one of the ceremony, then 2, 3… */
  readonly number: number;
  /** Lower-case hexadecimal SHA-256 of the certificate. */
  readonly sha256: string;
  /** When it was recorded, milliseconds since 1970. */
  readonly preparedAt: number;
}

const format = 'entente-roots/1';

/**
 * Writes the roots of a domain as text.
 * @param roots - in the order of their numbers
 */
export function formatRoots(roots: readonly RootRecord[]): string {
  return `${JSON.stringify({ format, roots }, undefined, 2)}\n`;
}

/**
 * Reads what {@link formatRoots} has written.
 * @param text - content of the file
 * @returns undefined unless there is one root at least, each number follows the one before, and none is there twice
 */
export function parseRoots(text: string): readonly RootRecord[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { format: found, roots } = (value ?? {}) as { format?: unknown; roots?: unknown };
  if (found !== format || !Array.isArray(roots) || roots.length === 0 || !roots.every(isRecord))
    return undefined;
  const inOrder = roots.every(({ number }, index) => number === index + 1);
  return inOrder && new Set(roots.map(({ sha256 }) => sha256)).size === roots.length ? roots : undefined;
}

function isRecord(value: unknown): value is RootRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { number, preparedAt, sha256 } = value as Partial<Record<keyof RootRecord, unknown>>;
  return (
    Number.isSafeInteger(number) &&
    Number.isSafeInteger(preparedAt) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
}
