import { createHash } from 'node:crypto';
import type { PublicObject } from '@entente/pki';
import type { FindObject } from './answer-requests.ts';

/** A bundle of ours as the authority wrote it. */
export interface Bundle {
  /** Exactly as it came. */
  readonly text: string;
  readonly domain: string;
  readonly sequence: number;
  readonly refreshHintSeconds: number;
}

/** What a bundle is held against. */
export interface BundleRules {
  /** Our network, as the topology names it. */
  readonly network: string;
  /** SHA-256 of the roots that the signed topology pins or this edge believes, lower-case hexadecimal. */
  readonly roots: ReadonlySet<string>;
  /** Sequence number of the bundle served so far. */
  readonly known?: number | undefined;
}

export const maxBundleBytes = 262_144;
const maxAgeSeconds = 60;

/**
 * Reads our federation bundle, and refuses one that must not be shown to partners: of another network, older than the one before,
 * or with a root that neither the signed topology nor this edge knows.
 * @param text - JSON, at most {@link maxBundleBytes}
 * @param rules - what it is held against
 * @returns the bundle, or why it is refused
 */
export function readBundle(text: string, rules: BundleRules): Bundle | string {
  const value = parse(text);
  if (value === undefined) return 'it is not a JSON object';
  const { domain, refreshHintSeconds, roots, sequence } = value;
  if (domain !== rules.network) return `it is of ${JSON.stringify(domain)}, not of ${rules.network}`;
  if (!isCount(sequence) || !isCount(refreshHintSeconds)) return 'it has no sequence number or refresh hint';
  if (rules.known !== undefined && sequence < rules.known)
    return `its sequence number is ${sequence}, and ${rules.known} was here already`;
  if (!Array.isArray(roots) || roots.length === 0) return 'it lists no root';
  for (const root of roots as readonly unknown[]) {
    const certificate = (root as { certificate?: unknown } | null)?.certificate;
    if (typeof certificate !== 'string') return 'it lists a root without certificate';
    const sha256 = createHash('sha256').update(Buffer.from(certificate, 'base64')).digest('hex');
    if (!rules.roots.has(sha256)) return `it lists a root that the topology does not pin, ${sha256}`;
  }
  return { text, domain, sequence, refreshHintSeconds };
}

/**
 * Finds `/trust-bundle`: the roots of our network, for partners that follow their changes.
 * @param bundle - what there is at the moment
 */
export function bundleObject(bundle: () => Bundle | undefined): FindObject {
  let last: { readonly bundle: Bundle; readonly object: PublicObject } | undefined;
  return (path) => {
    const current = path === '/trust-bundle' ? bundle() : undefined;
    if (current === undefined) return undefined;
    // The octets of one bundle are in memory once, however many take it.
    if (last?.bundle !== current) last = { bundle: current, object: objectOf(current) };
    return last.object;
  };
}

function objectOf({ text }: Bundle): PublicObject {
  return {
    body: Buffer.from(text),
    mediaType: 'application/json',
    tag: createHash('sha256').update(text).digest('hex').slice(0, 32),
    maxAgeSeconds,
  };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  if (Buffer.byteLength(text) > maxBundleBytes) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
