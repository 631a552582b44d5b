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
 * @param actor - whose records were asked for; default: those of all
 * @returns the records, newest first, and where the older ones begin
 * @throws OperatorFault `ENTENTE_AUTHORITY_ANSWER` where it is something else
 */
export function readAudit(
  text: string,
  actor?: string,
): {
  readonly records: readonly AuditedEvent[];
  readonly next?: number;
} {
  try {
    const { next, records } = JSON.parse(text) as { next?: unknown; records?: unknown };
    if (Array.isArray(records) && records.every(isEvent)) {
      if (actor !== undefined && records.some((one) => one.actor !== actor)) throw ofEverybody();
      return { records, ...(typeof next === 'number' ? { next } : {}) };
    }
  } catch (error) {
    if (error instanceof OperatorFault) throw error;
    // Falls through: this is not an answer of an authority.
  }
  throw new OperatorFault('ENTENTE_AUTHORITY_ANSWER', {
    sentence: 'the authority answered with something else than an audit trail',
    place: '/audit',
    remedy: 'check that this is the URL of the authority, and that it runs the same release',
  });
}

/** An earlier release reads no actor from the query. */
function ofEverybody(): OperatorFault {
  return new OperatorFault('ENTENTE_AUTHORITY_ANSWER', {
    sentence: 'the authority answered with what others have done too: it is of an earlier release',
    place: '/audit',
    remedy: 'update the authority, or leave --actor out',
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
export function quoted(text: string): string {
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
    ([name, value]) => `${quoted(name)}=${isTime(name, value) ? timeText(value) : quoted(String(value))}`,
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

/** A time is a number in the record, which a program reads; nobody reads milliseconds since 1970. */
function isTime(name: string, value: string | number): value is number {
  return typeof value === 'number' && /(?:At|After|Before|Until)$/.test(name) && Math.abs(value) <= 8.64e15;
}

function isEvent(value: unknown): value is AuditedEvent {
  const event = value as Partial<AuditedEvent> | null;
  const texts = [event?.action, event?.actor, event?.outcome];
  return Number.isSafeInteger(event?.at) && texts.every((text) => typeof text === 'string');
}
