import {
  type AdministratorSet,
  diffTopologies,
  type Effect,
  type SignedTopology,
  strongestEffect,
  type TopologyDocument,
} from '@entente/topology';
import { counted } from './answer.ts';
import { signersOf } from './signed-files.ts';

/** How far a version is signed. */
export interface SigningProgress {
  /** How many administrators must sign, as a sentence. */
  readonly needed: string;
  /** Ids of those who have signed; the signatures are not verified. */
  readonly signers: readonly string[];
  /** Ids of those who have not, and may. */
  readonly missing: readonly string[];
}

/**
 * How many administrators must sign a version, who has and who has not.
 * @param pending - the version that waits
 * @param before - the one that it follows; undefined for a first one
 */
export function signingProgress(
  pending: SignedTopology,
  before: TopologyDocument | undefined,
): SigningProgress {
  const { document } = pending;
  const signers = signersOf(pending);
  const sets: readonly AdministratorSet[] = [
    before?.administrators ?? document.administrators,
    document.administrators,
  ];
  const ids = new Set(sets.flatMap(({ keys }) => keys.map(({ id }) => id)));
  return {
    needed: neededFor(document, before),
    signers,
    missing: [...ids].filter((id) => !signers.includes(id)),
  };
}

/**
 * How many administrators must sign a version, as a sentence.
 * @param document - the version
 * @param before - the one that it follows; undefined for a first one
 */
export function neededFor(document: TopologyDocument, before: TopologyDocument | undefined): string {
  const { keys, required } = document.administrators;
  if (before === undefined)
    return `${required} of ${counted(keys.length, 'administrator')} must sign the first version`;
  return signaturesFor(strongestEffect(diffTopologies(before, document)), before, document);
}

/**
 * Who must sign a change, as a sentence.
 * @param effect - the strongest of the change
 * @param before - the version in force
 * @param after - the one that follows
 */
export function signaturesFor(effect: Effect, before: TopologyDocument, after: TopologyDocument): string {
  const old = before.administrators;
  switch (effect) {
    case 'chain':
      return 'no signature is needed';
    case 'cosmetic':
    case 'narrowing':
      return 'one administrator’s signature is enough';
    case 'quorum':
      return `${old.required} of ${counted(old.keys.length, 'administrator')} must sign`;
    case 'administrators':
      return `${old.required} of the ${old.keys.length} administrators in force and ${after.administrators.required} of the ${after.administrators.keys.length} new ones must sign`;
  }
}
