import type { Evidence } from './evidence.ts';

/**
 * Evidence that is built only when it is read: there is a verdict at every handshake, and most are never printed.
 */
export type Trail = (() => Evidence | readonly Evidence[])[];

/** Builds the evidence of a trail. */
export function evidenceOf(trail: Trail): readonly Evidence[] {
  return trail.flatMap((one) => one());
}
