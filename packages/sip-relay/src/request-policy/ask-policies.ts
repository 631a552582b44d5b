import type { SipRequest } from '@entente/sip';
import { type RequestRefusal, refusal } from '@entente/sip-proxy';
import type { PolicyRefusal, RequestPolicy } from './request-policy.ts';
import { viewOf } from './view-of.ts';

/** A policy, and the name of the plugin it comes from. */
export interface NamedPolicy {
  /** Name of the plugin as the configuration has it, for logs and refusals. */
  readonly plugin: string;
  /** Asked about each request that nothing else has refused. */
  readonly policy: RequestPolicy;
  /** What becomes of a request about which the policy gives no good answer. Default `refuse`. */
  readonly onFailure?: 'refuse' | 'pass';
}

/** A policy has refused a request. */
export interface RefusedByPolicy extends RequestRefusal {
  /** The plugin that the policy comes from. */
  readonly plugin: string;
}

/** Characters of a policy's sentence that are kept. */
const maxSentence = 200;
/** Seconds until a request may be tried again about which a policy gave no answer. */
const againSec = 10;

/**
 * Asks policies in their order until one refuses. Whatever is neither `undefined` nor a sentence is a failure of the policy, and a failed policy
 * lets nothing through, unless the operator has chosen otherwise.
 * @param request - that nothing else refuses
 * @param policies - in their order
 * @returns why the request is refused, or `undefined`; a Promise where a policy answers later
 */
export function askPolicies(
  request: SipRequest,
  policies: readonly NamedPolicy[],
): RefusedByPolicy | undefined | Promise<RefusedByPolicy | undefined> {
  for (const [index, one] of policies.entries()) {
    const outcome = outcomeOf(one, request);
    if (outcome instanceof Promise)
      return outcome.then((late) => late ?? askPolicies(request, policies.slice(index + 1)));
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

type Outcome = RefusedByPolicy | undefined;

function outcomeOf(one: NamedPolicy, request: SipRequest): Outcome | Promise<Outcome> {
  try {
    // A view of its own for each: what one policy does to it, the next does not see.
    const answer: unknown = one.policy.judge(viewOf(request));
    return answer instanceof Promise
      ? answer.then((late) => refusalOf(one, late)).catch((error) => failed(one, error))
      : refusalOf(one, answer);
  } catch (error) {
    return failed(one, error);
  }
}

function refusalOf({ plugin }: NamedPolicy, answer: unknown): Outcome {
  const refused = readAnswer(answer);
  if (refused === undefined) return undefined;
  const why = refusal(
    'refused-by-policy',
    403,
    `plugin ${plugin}: ${tame(refused.sentence)}`,
    `Send what the policy allows, or change the configuration of plugin ${plugin}.`,
  );
  return { ...why, plugin };
}

/**
 * Checks what a policy has answered.
 * @param answer - of `judge`, from wherever
 * @throws Error where it is neither a refusal nor `undefined`
 */
export function readAnswer(answer: unknown): PolicyRefusal | undefined {
  if (answer === undefined) return undefined;
  const sentence = (answer as { sentence?: unknown } | null)?.sentence;
  if (typeof sentence === 'string') return { sentence };
  throw new Error('expected { sentence } or undefined, found neither');
}

/** 503 would be about everything that the client sends (RFC 3261 §21.5.4). */
function failed({ onFailure, plugin }: NamedPolicy, error: unknown): Outcome {
  if (onFailure === 'pass') return undefined;
  const why = refusal(
    'policy-unavailable',
    500,
    `expected an answer of plugin ${plugin}, found none: ${wordsOf(error)}`,
    `Look for why plugin ${plugin} fails in the log, or take it out of the configuration.`,
    [['Retry-After', againSec]],
  );
  return { ...why, plugin };
}

function wordsOf(error: unknown): string {
  try {
    return tame(error instanceof Error ? error.message : String(error));
  } catch {
    // Even the words of what was thrown can throw.
    return 'it failed';
  }
}

/** One line of bounded length for a log. */
function tame(sentence: string): string {
  return sentence.slice(0, maxSentence).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}
