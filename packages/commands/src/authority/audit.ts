import { OperatorFault } from '@entente/host';
import { timeText } from './certificates.ts';

/** One record of the audit trail. */
export interface AuditedEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly action: string;
  readonly actor: string;
  /** IP address; absent where the authority acted by itself. */
  readonly from?: string;
  readonly subject?: string;
  readonly outcome: string;
  readonly reason?: string;
  readonly details?: Readonly<Record<string, string | number>>;
}

/**
 * Reads an answer of `GET /audit`.
 * @param text - as the authority sent it
 * @returns the records, newest first, and where the older ones begin
 * @throws OperatorFault `ENTENTE_AUTHORITY_ANSWER` where it is something else
 */
export function readAudit(text: string): {
  readonly records: readonly AuditedEvent[];
  readonly next?: number;
} {
  try {
    const { next, records } = JSON.parse(text) as { next?: unknown; records?: unknown };
    if (Array.isArray(records) && records.every(isEvent)) {
      return { records, ...(typeof next === 'number' ? { next } : {}) };
    }
  } catch {
    // Falls through: this is not an answer of an authority.
  }
  throw new OperatorFault('ENTENTE_AUTHORITY_ANSWER', {
    sentence: 'the authority answered with something else than an audit trail',
    place: '/audit',
    remedy: 'check that this is the URL of the authority, and that it runs the same release',
  });
}

/** What needs no quotes: names, numbers, addresses. */
const plain = /^[\p{L}\p{N}\p{M}._:;/@+=?&%~#*[\]-]*$/u;

/** A space after another one, and each other kind of space. */
const padding = /(?<= ) |[^\P{Zs} ]/gu;

/**
 * A word of a record as it is, and anything else in quotes, without spaces that move what follows to a line of its own: somebody has chosen
 * the text, and a part of it must not look like a record.
 */
function quoted(text: string): string {
  if (plain.test(text)) return text;
  const escaped = (space: string): string => `\\u${space.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(text).replace(padding, escaped);
}

/** One record as a line for people. */
export function describeEvent(event: AuditedEvent): string {
  const { action, at } = event;
  const [actor, from, outcome, reason, subject] = [
    quoted(event.actor),
    event.from === undefined ? undefined : quoted(event.from),
    quoted(event.outcome),
    event.reason === undefined ? undefined : quoted(event.reason),
    event.subject === undefined ? undefined : quoted(event.subject),
  ];
  const details = Object.entries(event.details ?? {}).map(
    ([name, value]) => `${quoted(name)}=${quoted(String(value))}`,
  );
  return [
    timeText(at),
    quoted(action),
    ...(subject === undefined ? [] : [subject]),
    `by ${actor}${from === undefined ? '' : ` from ${from}`}`,
    ...(outcome === 'done' ? [] : [outcome]),
    ...(reason === undefined ? [] : [`(${reason})`]),
    ...details,
  ].join(' ');
}

function isEvent(value: unknown): value is AuditedEvent {
  const event = value as Partial<AuditedEvent> | null;
  const texts = [event?.action, event?.actor, event?.outcome];
  return Number.isSafeInteger(event?.at) && texts.every((text) => typeof text === 'string');
}
