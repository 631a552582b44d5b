import { anyText } from '@entente/options';
import type { TopologyDocument } from '../document/document.ts';
import { checkShape } from '../document/shape-problems.ts';
import { administratorSetHash } from '../document/topology-hash.ts';
import { checks } from '../terms/fault.ts';
import type { Problem } from '../terms/problem.ts';
import { checkKnown } from './check-knowledge.ts';
import type { TopologyRefusal } from './refusal.ts';
import { decodeSignedTopology } from './signed-topology.ts';
import { signersOf } from './signers-of.ts';
import { checkSuccession, type TopologyKnowledge } from './verify-topology.ts';

/** A version whose place in the chain is proven. */
export type LinkResult =
  | {
      readonly ok: true;
      /** Of the right shape only where `problems` is empty; its administrators and its place in the chain always are. */
      readonly document: TopologyDocument;
      /** Why this release would not accept it as a new document. */
      readonly problems: readonly Problem[];
    }
  | { readonly ok: false; readonly refusal: TopologyRefusal };

/** What the chain is made of. */
const chainFields: ReadonlySet<unknown> = new Set([
  'format',
  'network',
  'version',
  'previous',
  'issued',
  'administrators',
]);

/**
 * Verifies the place of a version in its chain, by signatures and hashes alone: for versions that were accepted once, by an earlier release,
 * and that this one may not understand. Which signatures its changes needed was decided then; here it has those of an administrator
 * in force, and of a quorum of both sets where the administrators change.
 *
 * @param text - the signed document
 * @param known - the version before, or the hash of the administrators who may publish the first
 */
export function verifyLink(text: string, known: TopologyKnowledge['known']): LinkResult {
  checks.argument(text, anyText, 'document of verifyLink', 'give the signed text');
  checkKnown(known, 'verifyLink');
  const decoded = decodeSignedTopology(text);
  if (!decoded.ok) return malformed(decoded.message);
  const shape = checkShape(decoded.document);
  const problems = shape.ok ? [] : shape.problems;
  const broken = problems.find(({ path }) => chainFields.has(path[0]) || path.length === 0);
  if (broken !== undefined) return malformed(broken.message);
  const document = shape.ok ? shape.document : (decoded.document as TopologyDocument);
  const { administrators } = document;
  const before = 'document' in known ? known.document : undefined;
  if ('administratorSetHash' in known && administratorSetHash(administrators) !== known.administratorSetHash)
    return underSigned(
      'wrong-administrators',
      'The administrators of the first version are not those that were named.',
    );
  const place = before === undefined ? undefined : checkSuccession(before, document);
  if (place !== undefined) return { ok: false, refusal: place };
  const inForce = before?.administrators ?? administrators;
  const verified = signersOf(document, decoded.signatures, inForce, administrators);
  if (!verified.ok) return verified;
  const { signers } = verified;
  const changes = administratorSetHash(inForce) !== administratorSetHash(administrators);
  const needed = changes || before === undefined ? inForce.required : 1;
  if (signers.inForce.size < needed || (changes && signers.proposed.size < administrators.required))
    return underSigned(
      'under-signed',
      `The document needs the signatures of ${needed} administrators in force.`,
    );
  return { ok: true, document, problems };
}

function malformed(message: string): LinkResult {
  const remedy = 'Restore the document: this copy is incomplete or was changed.';
  return { ok: false, refusal: { reason: 'malformed', message, remedy } };
}

function underSigned(reason: 'under-signed' | 'wrong-administrators', message: string): LinkResult {
  return { ok: false, refusal: { reason, message, remedy: 'Restore the document that was published.' } };
}
