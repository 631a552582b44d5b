/**
 * Where an issuing authority is in its life. `prepared`: certified by the root, its lists are published, it issues nothing. `active`: it
 * issues; there is exactly one. `retiring`: it issues nothing, and revokes what it has issued. `retired`: nothing that it issued counts any
 * more, and its key is destroyed in a later step.
 */
export type IssuerStage = 'prepared' | 'active' | 'retiring' | 'retired';

/** One issuing authority of a domain, as it is recorded. All times in milliseconds since 1970. */
export interface IssuerRecord {
  /** 1 for the one of the ceremony, then 2, 3… */
  readonly number: number;
  /** See `issuerId`. */
  readonly id: string;
  /** Where it is in its life. */
  readonly stage: IssuerStage;
  /** Of its certificate. */
  readonly notBefore: number;
  /** Of its certificate. */
  readonly notAfter: number;
  /** When it was prepared. */
  readonly preparedAt: number;
  /** When it began to issue; absent for one that never has. */
  readonly activatedAt?: number;
  /** Since when its successor issues. */
  readonly retiringSince?: number;
  /** When it retired; absent in every other stage. */
  readonly retiredAt?: number;
}

const format = 'entente-issuers/1';
const stages: readonly IssuerStage[] = ['prepared', 'active', 'retiring', 'retired'];
const optionalTimes = ['activatedAt', 'retiringSince', 'retiredAt'] as const;

/**
 * Writes the issuing authorities of a domain as text.
 * @param issuers - in the order of their numbers
 */
export function formatIssuers(issuers: readonly IssuerRecord[]): string {
  return `${JSON.stringify({ format, issuers }, undefined, 2)}\n`;
}

/**
 * Reads what {@link formatIssuers} has written.
 * @param text - content of the file
 * @returns undefined unless there is exactly one active issuing authority, and each number follows the one before
 */
export function parseIssuers(text: string): readonly IssuerRecord[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { format: found, issuers } = (value ?? {}) as { format?: unknown; issuers?: unknown };
  if (found !== format || !Array.isArray(issuers) || !issuers.every(isRecord)) return undefined;
  const inOrder = issuers.every((record, index) => record.number === index + 1);
  const ids = new Set(issuers.map(({ id }) => id));
  const active = issuers.filter(({ stage }) => stage === 'active');
  return inOrder && ids.size === issuers.length && active.length === 1 ? issuers : undefined;
}

function isRecord(value: unknown): value is IssuerRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Partial<Record<keyof IssuerRecord, unknown>>;
  return (
    Number.isSafeInteger(record.number) &&
    typeof record.id === 'string' &&
    /^[0-9a-f]{16}$/.test(record.id) &&
    stages.includes(record.stage as IssuerStage) &&
    Number.isSafeInteger(record.notBefore) &&
    Number.isSafeInteger(record.notAfter) &&
    Number.isSafeInteger(record.preparedAt) &&
    optionalTimes.every((name) => record[name] === undefined || Number.isSafeInteger(record[name]))
  );
}
