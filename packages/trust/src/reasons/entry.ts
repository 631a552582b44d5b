import type { Stage } from './evidence.ts';
import type { Reason, ReasonData } from './rejection.ts';

/**
 * One entry of the catalogue: what a reason means, and how its sentence and remedy are made from its data.
 */
export interface ReasonEntry<R extends Reason> {
  /** The stage that produces it; `connection` reasons come from sockets and servers, not from a judge. */
  readonly stage: Stage | 'connection';
  /** Of several rejections the one with the greatest rank is reported: the most informative, not the last one met. */
  readonly rank: number;
  /** Packages that refuse connections with it. */
  readonly producedBy: readonly string[];
  /** What it means, one sentence for the reference. */
  readonly means: string;
  /** What was expected and what was found, without final stop. Long texts of a peer are cut; `escapeInvisible` is for the caller. */
  sentence(data: ReasonData[R]): string;
  /** What an operator can do about it, without final stop. */
  remedy(data: ReasonData[R]): string;
}

/** A part of the catalogue. */
export type ReasonEntries<R extends Reason> = { readonly [K in R]: ReasonEntry<K> };

/** A moment as people read it in logs: `2026-01-02T03:04:05Z`. */
export function moment(ms: number): string {
  // A hostile GeneralizedTime reaches year 9999; nothing a decoder yields lies outside what Date can show.
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** How a sentence names a certificate of the chain. */
export function certificateAt(depth: number, subject: string): string {
  const name = subject === '' ? 'without a subject' : `"${clip(subject)}"`;
  return depth === 0 ? `the certificate ${name}` : `the CA certificate ${name} (depth ${depth})`;
}

/** A list for a sentence; long lists are cut, because a peer chooses their length. */
export function listed(items: readonly string[], none = 'none'): string {
  if (items.length === 0) return none;
  const shown = items.slice(0, 8).map(clip).join(', ');
  return items.length > 8 ? `${shown} and ${items.length - 8} more` : shown;
}

/** A number with its noun: `1 record`, `2 records`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Cuts what a peer wrote to a length that a log line can bear. */
export function clip(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
