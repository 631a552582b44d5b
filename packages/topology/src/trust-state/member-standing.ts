import { anyText } from '@entente/options';
import { z } from 'zod';
import { canonicalJson } from '../document/canonical-json.ts';
import { checks } from '../terms/fault.ts';
import { isIsoTime, maxNamedLists } from './trust-state.ts';

/** The format that this release reads and writes. */
export const memberStandingFormat = 'entente-member-standing/1';

/** Longest text of a standing, characters: one with the most lists is shorter. */
export const maxStandingLength = 131_072;

/** What a member says of itself to its authority. */
export interface MemberStanding {
  /** Always `entente-member-standing/1`: a standing of another format is not read. */
  readonly format: typeof memberStandingFormat;
  /** Version of the topology in force there. */
  readonly topology: number;
  /** Sequence of the last trust state that it has accepted. */
  readonly state: number;
  /** Numbers of the revocation lists in force there, of those that this state names. */
  readonly lists: readonly { readonly issuer: string; readonly shard: number; readonly number: number }[];
  /** End of the certificate of its internal interface; ISO 8601 with milliseconds, UTC. */
  readonly certificateEnd: string;
  /** Formats of documents that it reads, e.g. `entente-topology/1`. */
  readonly formats: readonly string[];
  /** Why it refuses the trust state that the authority answers with, e.g. `list-refused`; absent where it does not. Later releases may know further reasons. */
  readonly refused?: string | undefined;
}

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const schema = z.strictObject({
  format: z.literal(memberStandingFormat),
  topology: count,
  state: count,
  lists: z
    .array(
      z.strictObject({ issuer: z.string().regex(/^[0-9a-f]{16}$/), shard: count.max(65_535), number: count }),
    )
    .max(maxNamedLists),
  certificateEnd: z.string().refine(isIsoTime),
  formats: z.array(z.string().regex(/^[a-z][a-z0-9-]{0,47}\/[0-9]{1,6}$/)).max(32),
  refused: z
    .string()
    .regex(/^[a-z][a-z-]{0,47}$/)
    .optional(),
});

/** Writes a standing as it is sent. */
export function formatMemberStanding(standing: MemberStanding): string {
  return canonicalJson(standing);
}

/**
 * Reads a standing.
 * @param text - hostile; at most 131,072 characters are read
 * @returns undefined where it is anything else
 */
export function parseMemberStanding(text: string): MemberStanding | undefined {
  checks.argument(text, anyText, 'argument of parseMemberStanding');
  if (text.length > maxStandingLength) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
