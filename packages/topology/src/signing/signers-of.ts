import type { AdministratorKey, AdministratorSet } from '../document/document.ts';
import { decodeHeader, encodePayload, isSignedBy, type SignatureHeader } from './detached-jws.ts';
import type { TopologyRefusal } from './refusal.ts';
import type { DetachedSignature } from './signed-topology.ts';

/** Ids of the administrators of each set that signed, each counted once. */
export interface Signers {
  readonly inForce: ReadonlySet<string>;
  readonly proposed: ReadonlySet<string>;
}

/**
 * Verifies every signature of a document. One that nobody of either set has made refuses the whole.
 *
 * Without a document in force, signatures of administrators who have left with this version cannot be told from those of strangers:
 * then they count for nothing, and only where none counts is the whole refused for them.
 *
 * @param document - what was signed
 * @param inForce - the administrators of the document in force; undefined for a member that has none yet
 * @param proposed - the administrators that the signed document names
 */
export function signersOf(
  document: unknown,
  signatures: readonly DetachedSignature[],
  inForce: AdministratorSet | undefined,
  proposed: AdministratorSet,
):
  | { readonly ok: true; readonly signers: Signers }
  | { readonly ok: false; readonly refusal: TopologyRefusal } {
  const payload = encodePayload(document);
  const found = { inForce: new Set<string>(), proposed: new Set<string>() };
  const sets = [
    [byId(inForce ?? proposed), found.inForce],
    [byId(proposed), found.proposed],
  ] as const;
  let strange: TopologyRefusal | undefined;
  for (const signature of signatures) {
    const header = decodeHeader(signature.protected);
    if (header === undefined) return { ok: false, refusal: invalid(undefined) };
    let known = false;
    for (const [keys, signers] of sets) {
      const key = keys.get(header.kid);
      if (key === undefined || !isSignedBy(key, header, signature, payload)) continue;
      signers.add(key.id);
      known = true;
    }
    if (!known && inForce !== undefined) return { ok: false, refusal: invalid(header) };
    if (!known) strange ??= invalid(header);
  }
  if (strange !== undefined && found.proposed.size === 0) return { ok: false, refusal: strange };
  return { ok: true, signers: found };
}

function byId(administrators: AdministratorSet): ReadonlyMap<string, AdministratorKey> {
  return new Map(administrators.keys.map((key) => [key.id, key]));
}

function invalid(header: SignatureHeader | undefined): TopologyRefusal {
  return {
    reason: 'signature-invalid',
    message:
      header === undefined
        ? 'A signature has a header that is not one of a topology.'
        : `The signature of ${JSON.stringify(header.kid.slice(0, 80))} is not that of an administrator over this document.`,
    remedy:
      'Fetch the document again; if it stays so, it was changed after signing or signed with another key.',
  };
}
