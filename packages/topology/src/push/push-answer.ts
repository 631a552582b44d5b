import { anyText } from '@entente/options';
import { z } from 'zod';
import { canonicalJson } from '../document/canonical-json.ts';
import { checks } from '../terms/fault.ts';

/** The format that this release reads and writes. */
export const pushAnswerFormat = 'entente-push/1';

/** Resources of a perimeter server, at its port `push`. */
export const pushPaths = {
  /** The authority has news, and is there to be asked. */
  begin: '/push',
  /** Followed by the id of a request: the answer to it. */
  answers: '/push/answers/',
} as const;

/** Header of a pushed answer: its HTTP status. */
export const pushedStatusHeader = 'entente-status';

/** Headers of an answer that are pushed with it. */
export const pushedHeaders: readonly string[] = ['content-type', 'etag', 'retry-after'];

/** Longest text of a {@link PushAnswer}, characters. */
export const maxPushAnswerLength = 1_048_576;

/** Requests in one answer; those that are left follow in the next one. */
export const maxPushedRequests = 4;

/** Requests of one server that wait for their answers. */
export const maxWaitingRequests = 64;

/** Longest body of a request, bytes: the largest standing. */
export const maxPushedBody = 131_072;

/** A request of a perimeter server to its authority, carried in the answer to a push. */
export interface PushedRequest {
  /** 32 hexadecimal digits, not to be guessed. */
  readonly id: string;
  /** `POST` to send a standing or to enrol, else `GET`. */
  readonly method: 'GET' | 'POST';
  /** With the query; one of those that {@link isCarried} allows. */
  readonly path: string;
  /** `content-type`, `accept` and `if-none-match` alone. */
  readonly headers: Readonly<Record<string, string>>;
  /** Base64. */
  readonly body?: string;
}

/** What a perimeter server answers to each request of a push. */
export interface PushAnswer {
  /** Always `entente-push/1`: an answer of another format is not read. */
  readonly format: typeof pushAnswerFormat;
  /** Sequence of the last trust state that it has accepted; null where there is none. */
  readonly holds: number | null;
  /** Whether it has looked at all that is new. */
  readonly isDone: boolean;
  /** What it asks the authority for. */
  readonly requests: readonly PushedRequest[];
}

const carried: readonly (readonly [PushedRequest['method'], RegExp])[] = [
  ['GET', /^\/state$/],
  ['GET', /^\/lists\/[0-9a-f]{16}\/[0-9]{1,5}$/],
  ['GET', /^\/topology(\/[1-9][0-9]{0,8})?$/],
  ['GET', /^\/domain-keys$/],
  ['GET', /^\/trust-bundle$/],
  ['POST', /^\/standing$/],
  ['POST', /^\/enrol(\?interface=(internal|external))?$/],
];

/** Headers of a request that are carried with it. */
export const carriedHeaders: readonly string[] = ['content-type', 'accept', 'if-none-match'];

/**
 * Whether a request may be carried in the answer to a push: what members ask their authority for, each with an answer that ends.
 *
 * @param method - of the request
 * @param path - with the query
 */
export function isCarried(method: string, path: string): boolean {
  return carried.some(([one, pattern]) => one === method && pattern.test(path));
}

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const schema = z.strictObject({
  format: z.literal(pushAnswerFormat),
  holds: count.nullable(),
  isDone: z.boolean(),
  requests: z
    .array(
      z
        .strictObject({
          id: z.string().regex(/^[0-9a-f]{32}$/),
          method: z.enum(['GET', 'POST']),
          path: z.string().max(256),
          headers: z.record(z.string().refine(isCarriedHeader), z.string().max(256)),
          body: z
            .string()
            .max(Math.ceil(maxPushedBody / 3) * 4)
            .regex(/^[A-Za-z0-9+/]*={0,2}$/)
            .optional(),
        })
        .refine(({ method, path }) => isCarried(method, path)),
    )
    .max(maxPushedRequests),
});

function isCarriedHeader(name: string): boolean {
  return carriedHeaders.includes(name);
}

/** Writes an answer as it is sent. */
export function formatPushAnswer(answer: PushAnswer): string {
  return canonicalJson(answer);
}

/**
 * Reads the answer to a push.
 *
 * @param text - hostile; at most 1,048,576 characters are read
 * @returns undefined where it is anything else, or asks for what is not carried
 */
export function parsePushAnswer(text: string): PushAnswer | undefined {
  checks.argument(text, anyText, 'argument of parsePushAnswer');
  if (text.length > maxPushAnswerLength) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? (parsed.data as PushAnswer) : undefined;
  } catch {
    return undefined;
  }
}
