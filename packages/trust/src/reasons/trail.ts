import type { Evidence } from './evidence.ts';

/**
 * Evidence that is written out when somebody reads it: a verdict is given at every handshake, and most of them are never
 * printed.
 */
export type Trail = (() => Evidence | readonly Evidence[])[];

/** Writes a trail out. */
export function evidenceOf(trail: Trail): readonly Evidence[] {
  return trail.flatMap((one) => one());
}
