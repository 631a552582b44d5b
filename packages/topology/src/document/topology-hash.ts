import { createHash } from 'node:crypto';
import { list, object } from '@entente/options';
import { checks } from '../terms/fault.ts';
import { canonicalJson } from './canonical-json.ts';
import type { AdministratorSet, TopologyDocument } from './document.ts';

/**
 * The hash by which the next version names this one.
 *
 * @returns SHA-256 of the canonical form, lower-case hex
 */
export function topologyHash(document: TopologyDocument): string {
  return sha256Hex(canonicalJson(document));
}

/**
 * The hash by which a join token names the administrators. Keys are sorted by their id; titles do not count.
 *
 * @returns SHA-256, lower-case hex
 */
export function administratorSetHash(administrators: AdministratorSet): string {
  checks.argument(
    administrators,
    object,
    'argument of administratorSetHash',
    'give the administrators of a document',
  );
  checks.argument(
    administrators.keys,
    list,
    'keys of administratorSetHash',
    'give the administrators of a document',
  );
  for (const key of administrators.keys) checks.argument(key, object, 'key of administratorSetHash');
  const keys = administrators.keys
    .map(({ id, algorithm, publicKey }) => ({ id, algorithm, publicKey }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
  return sha256Hex(canonicalJson({ required: administrators.required, keys }));
}

/** SHA-256 of a text's UTF-8 bytes or of bytes, lower-case hex. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
