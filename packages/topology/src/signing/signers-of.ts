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
 * Verifies every signature of a document. One signature that no administrator of either set made refuses the document.
 *
 * Without a document in force, a signature of an administrator who left with this version cannot be distinguished from one of an
 * unknown key. Such signatures then do not count, and the document is refused for them only where no signature counts.
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
  let unknown: TopologyRefusal | undefined;
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
    if (!known) unknown ??= invalid(header);
  }
  if (unknown !== undefined && found.proposed.size === 0) return { ok: false, refusal: unknown };
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
        ? 'A signature has a header that is not valid for a topology.'
        : `The signature of ${JSON.stringify(header.kid.slice(0, 80))} was not made by an administrator over this document.`,
    remedy:
      'Fetch the document again. If this message stays, the document was changed after signing, or signed with another key.',
  };
}
