import type { AuditRecord, AuditTrail } from '../audit-trail.ts';

/** An audit trail for one compliance rule, which may add records to it. */
export interface AuditTrailUnderTest {
  /** Empty at the start. */
  readonly trail: AuditTrail;
  /**
   * Ends the trail as a crash would, and opens it again from what was stored. Absent for a trail that is not durable: the rules that
   * need it are then not run.
   */
  readonly reopen?: () => Promise<AuditTrail>;
}

/** One rule for every audit trail. */
export interface AuditRule {
  /** Stable literal. */
  readonly id: string;
  /** The rule as a sentence, for the title of a test. */
  readonly rule: string;
  /** Whether the rule needs {@link AuditTrailUnderTest.reopen}. */
  readonly durable: boolean;
  /** Resolves if the rule holds, rejects with the breach if not. */
  readonly check: (subject: AuditTrailUnderTest) => Promise<void>;
}

/** The time of the rules, milliseconds since 1970. */
export const now = 1_750_000_000_000;

/** A record of a token that alice ordered. */
export function record(changes: Partial<AuditRecord> = {}): AuditRecord {
  return {
    at: now,
    action: 'token-ordered',
    actor: 'administrator:alice',
    from: '192.0.2.1',
    subject: 'fe01.contoso.example',
    outcome: 'done',
    details: { notAfter: now + 1000, id: '1f' },
    ...changes,
  };
}

/** Rejects with a breach of the rule. */
export function must(condition: boolean, breach: string): void {
  if (!condition) throw new Error(breach);
}

/** Whether two values are the same as JSON, whatever the order of their members. */
export function same(found: unknown, expected: unknown): boolean {
  return JSON.stringify(sorted(found)) === JSON.stringify(sorted(expected));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}

/** The code with which a promise rejects, if it does. */
export async function codeOf(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => undefined,
    (error: unknown) => (error as { code?: unknown }).code ?? 'no code',
  );
}
