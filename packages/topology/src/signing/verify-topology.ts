import { type Change, type Effect, strongestEffect } from '../change/change.ts';
import { diffTopologies } from '../change/diff-topologies.ts';
import { checkDocument } from '../checks/check-document.ts';
import type { AdministratorSet, TopologyDocument } from '../document/document.ts';
import { timeInMs } from '../document/field-types.ts';
import { checkShape } from '../document/shape-problems.ts';
import { administratorSetHash, topologyHash } from '../document/topology-hash.ts';
import { buildTopology } from '../network/build-topology.ts';
import type { Topology } from '../network/topology.ts';
import { checkKnowledge, checkSigned } from './check-knowledge.ts';
import type { TopologyRefusal, TopologyRefusalReason } from './refusal.ts';
import { decodeSignedTopology, type SignedTopology } from './signed-topology.ts';
import { signersOf } from './signers-of.ts';

/** What a member knows before it verifies a document. */
export interface TopologyKnowledge {
  /**
   * The last good document; or, for a member that has none yet, the hash of the administrator set that its join token names
   * ({@link administratorSetHash}).
   */
  readonly known: { readonly document: TopologyDocument } | { readonly administratorSetHash: string };
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The document that the newest trust state of the authority names. */
  readonly latest?: { readonly version: number; readonly hash: string };
  /**
   * Whether a later version is at hand and verified right after this one. An expired document still counts as a step of the chain,
   * but must not be what stays in force.
   */
  readonly superseded?: boolean;
  /**
   * Whether the document was accepted before, by an earlier release perhaps: signatures, hashes and shape count, and a setting that is
   * refused today does not refuse it. Default false.
   */
  readonly stored?: boolean;
  /** How far ahead of our clock a document may be issued, milliseconds; default ten minutes. */
  readonly clockSkewMs?: number;
}

/** An accepted document, or the refusal. */
export type VerifyResult =
  | {
      readonly accepted: true;
      readonly topology: Topology;
      readonly signed: SignedTopology;
      /** Strongest effect of what changed; `chain` where it is the document that is in force already. */
      readonly effect: Effect | 'first';
      readonly changes: readonly Change[];
      /** Ids of the administrators that signed. */
      readonly signers: readonly string[];
    }
  | { readonly accepted: false; readonly refusal: TopologyRefusal };

const defaultClockSkewMs = 10 * 60_000;

/**
 * Decides whether a member accepts a document: it must be the next version of the member's chain, signed by enough administrators of
 * the document in force for what it changes, and neither old nor expired. After a refusal the last good one stays in force.
 *
 * @param signed - as text ({@link encodeSignedTopology}), of which every byte counts, or already decoded
 * @param knowledge - what is in force, the time, and what the authority says is newest
 */
export function verifyTopology(signed: string | SignedTopology, knowledge: TopologyKnowledge): VerifyResult {
  checkKnowledge(knowledge, 'verifyTopology');
  if (typeof signed !== 'string') checkSigned(signed);
  const decoded =
    typeof signed === 'string' ? decodeSignedTopology(signed) : { ok: true as const, ...signed };
  if (!decoded.ok) {
    return refuse(
      'malformed',
      decoded.message,
      'Fetch the document again: this copy is incomplete or was changed.',
    );
  }
  const shape = checkShape(decoded.document);
  if (!shape.ok) {
    const { problems } = shape;
    const what = problems[0]?.message ?? '';
    const { version } = (decoded.document ?? {}) as { readonly version?: unknown };
    return problems.some(({ code }) => code === 'unknown-field') && Number.isSafeInteger(version)
      ? refuse(
          'malformed',
          `Version ${version} of the topology has what this release does not know: ${what}`,
          'Update this server: the version was written for a later release. What that changes, this one cannot judge.',
          { problems },
        )
      : refuse(
          'malformed',
          `The document does not have the shape of a topology: ${what}`,
          'Update this server if the document was written for a later release.',
          { problems },
        );
  }
  const { document } = shape;
  const { signatures } = decoded;
  const { known } = knowledge;
  const inForce = 'document' in known ? known.document.administrators : document.administrators;
  if ('administratorSetHash' in known) {
    const found = administratorSetHash(document.administrators);
    if (found !== known.administratorSetHash) {
      return refuse(
        'wrong-administrators',
        `The administrators of the document (${found}) are not those of the join token (${known.administratorSetHash}).`,
        'Ask an administrator for a new join token, or find out which server sent this document.',
      );
    }
  }
  if (signatures.length === 0) {
    return refuse('unsigned', 'The document has no signature.', 'Sign it with entente topology sign.');
  }
  const again = 'document' in known && topologyHash(document) === topologyHash(known.document);
  // No administrator can have left before version 1. Who has left with the version in force has signed it, and it does not name them.
  const setInForce = ('document' in known && !again) || document.version === 1 ? inForce : undefined;
  const verified = signersOf(document, signatures, setInForce, document.administrators);
  if (!verified.ok) return { accepted: false, refusal: verified.refusal };
  const place = 'document' in known ? checkSuccession(known.document, document) : undefined;
  if (place !== undefined) return { accepted: false, refusal: place };
  const time = checkTime(document, knowledge);
  if (time !== undefined) return { accepted: false, refusal: time };

  const changes = 'document' in known ? diffTopologies(known.document, document) : [];
  const effect = 'document' in known ? strongestEffect(changes) : 'first';
  const missing = missingSignatures(
    again ? 'again' : effect,
    inForce,
    document.administrators,
    verified.signers,
  );
  if (missing !== undefined) {
    return refuse('under-signed', missing, 'Collect the missing signatures with entente topology approve.');
  }
  const problems = checkDocument(document).filter((problem) => problem.severity === 'error');
  if (problems.length > 0 && knowledge.stored !== true) {
    return refuse(
      'invalid',
      `The document contradicts itself: ${problems[0]?.message ?? ''}`,
      'Correct it (entente topology check lists the problems), then sign and publish it again.',
      { problems },
    );
  }
  return {
    accepted: true,
    topology: buildTopology(document),
    signed: { document, signatures },
    effect,
    changes,
    signers: [...new Set([...verified.signers.inForce, ...verified.signers.proposed])].sort(),
  };
}

/** Whether a document is the one in force or the next one of the same chain. */
export function checkSuccession(
  known: TopologyDocument,
  document: TopologyDocument,
): TopologyRefusal | undefined {
  if (document.network !== known.network) {
    return {
      reason: 'wrong-network',
      message: `The document is a topology of ${document.network}, not of ${known.network}.`,
      remedy: `Use the authority of ${document.network} for it, or the topology of ${known.network} here.`,
    };
  }
  if (document.version < known.version) {
    return {
      reason: 'lower-version',
      message: `Version ${known.version} is in force, and the document is version ${document.version}.`,
      remedy:
        'To go back, publish the old content as a new version (entente topology rollback), signed like any change.',
    };
  }
  const inForce = topologyHash(known);
  if (document.version === known.version && topologyHash(document) !== inForce) {
    return forked(
      `There are two different versions ${known.version}: ${inForce}, which is in force, and ${topologyHash(document)}.`,
    );
  }
  if (document.version > known.version + 1) {
    return {
      reason: 'version-gap',
      message: `Version ${known.version} is in force, and the document is version ${document.version}: the versions between them are missing.`,
      remedy: `Fetch the versions from ${known.version + 1} on and verify them in order.`,
    };
  }
  if (document.version === known.version + 1 && document.previous !== inForce) {
    return forked(`Version ${document.version} follows ${document.previous}, but ${inForce} is in force.`);
  }
  return undefined;
}

function forked(message: string): TopologyRefusal {
  return {
    reason: 'forked',
    message,
    remedy:
      'Two different documents were signed: ask the administrators which one is right before you publish another.',
  };
}

function checkTime(document: TopologyDocument, knowledge: TopologyKnowledge): TopologyRefusal | undefined {
  const { now, latest, known } = knowledge;
  const issued = timeInMs(document.issued) ?? Number.POSITIVE_INFINITY;
  if (issued > now + (knowledge.clockSkewMs ?? defaultClockSkewMs)) {
    return {
      reason: 'not-yet-issued',
      message: `The document was issued at ${document.issued}, which is in the future by the clock of this machine.`,
      remedy: 'Check the clocks of this machine and of the machine where the document was signed.',
    };
  }
  const stale = (message: string): TopologyRefusal => ({
    reason: 'stale',
    message,
    remedy: 'Fetch the newest document. If this is the newest, sign and publish a new version.',
  });
  if (knowledge.superseded !== true && isExpired(document, now)) {
    return stale(`The document expired at ${document.expires}.`);
  }
  if ('document' in known && document.issued < known.document.issued) {
    return stale(
      `The document was issued at ${document.issued}, before the one in force (${known.document.issued}).`,
    );
  }
  if (latest !== undefined && latest.version > document.version) {
    // A member that catches up verifies older versions first; the last step must reach the newest one.
    const catchesUp = 'document' in known && document.version > known.document.version;
    if (!catchesUp)
      return stale(
        `The authority has announced version ${latest.version}, and the document is version ${document.version}.`,
      );
  }
  if (latest !== undefined && latest.version === document.version && latest.hash !== topologyHash(document)) {
    return forked(`The authority has announced a different version ${latest.version}: ${latest.hash}.`);
  }
  return undefined;
}

/**
 * Whether a document has expired.
 *
 * @param document - the document
 * @param now - milliseconds since the epoch
 */
export function isExpired({ expires }: TopologyDocument, now: number): boolean {
  return expires !== undefined && (timeInMs(expires) ?? 0) <= now;
}

/**
 * Which signatures are missing for a change of this effect, as a sentence. The document in force comes `again` with the signatures
 * that it had when it was accepted; one of them shows that it is intact.
 */
function missingSignatures(
  effect: Effect | 'first' | 'again',
  inForce: AdministratorSet,
  proposed: AdministratorSet,
  signers: { readonly inForce: ReadonlySet<string>; readonly proposed: ReadonlySet<string> },
): string | undefined {
  const needed = oneIsEnough.has(effect) ? 1 : inForce.required;
  if (signers.inForce.size < needed) {
    return `The document needs the signatures of ${needed} of the ${inForce.keys.length} administrators in force (${describe(effect)}), and has ${signers.inForce.size}.`;
  }
  if (effect === 'administrators' && signers.proposed.size < proposed.required) {
    return `The document also needs the signatures of ${proposed.required} of the ${proposed.keys.length} new administrators, and has ${signers.proposed.size}.`;
  }
  return undefined;
}

const oneIsEnough: ReadonlySet<string> = new Set(['again', 'cosmetic', 'narrowing']);

function describe(effect: Effect | 'first' | 'again'): string {
  switch (effect) {
    case 'first':
      return 'a first document needs a quorum';
    case 'administrators':
      return 'it changes who signs';
    case 'quorum':
      return 'it does more than narrow';
    default:
      return `its changes are ${effect}`;
  }
}

function refuse(
  reason: TopologyRefusalReason,
  message: string,
  remedy: string,
  more: Pick<TopologyRefusal, 'problems'> = {},
): VerifyResult {
  return { accepted: false, refusal: { reason, message, remedy, ...more } };
}
