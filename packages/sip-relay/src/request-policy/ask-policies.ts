import type { SipRequest } from '@entente/sip';
import { type RequestRefusal, refusal } from '@entente/sip-proxy';
import type { RequestPolicy, RequestView } from './request-policy.ts';

/** A policy, and the name of the plugin it comes from. */
export interface NamedPolicy {
  readonly plugin: string;
  readonly policy: RequestPolicy;
}

/** A policy has refused a request. */
export interface RefusedByPolicy extends RequestRefusal {
  /** The plugin that the policy comes from. */
  readonly plugin: string;
}

/** Characters of a policy's sentence that are kept. */
const maxSentence = 200;

/**
 * Asks policies in their order until one refuses. Whatever is neither `undefined` nor a sentence is a refusal too: a policy
 * that is broken lets nothing through.
 * @returns why the request is refused, or `undefined`
 */
export function askPolicies(
  request: SipRequest,
  policies: readonly NamedPolicy[],
): RefusedByPolicy | undefined {
  for (const { plugin, policy } of policies) {
    const sentence = sentenceOf(policy, request);
    if (sentence === undefined) continue;
    const refused = refusal(
      'refused-by-policy',
      403,
      `plugin ${plugin}: ${sentence}`,
      `Send what the policy allows, or change the configuration of plugin ${plugin}.`,
    );
    return { ...refused, plugin };
  }
  return undefined;
}

function sentenceOf(policy: RequestPolicy, request: SipRequest): string | undefined {
  try {
    // A view of its own for each: what one policy does to it, the next does not see.
    const answer: unknown = policy.judge(viewOf(request));
    if (answer === undefined) return undefined;
    if (answer instanceof Promise) {
      // Its outcome is of no use any more, and must not end the process.
      answer.catch(() => {});
      return 'expected an answer at once, found a Promise';
    }
    const sentence = (answer as { sentence?: unknown } | null)?.sentence;
    return typeof sentence === 'string'
      ? tame(sentence)
      : 'expected { sentence } or undefined, found neither';
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): string {
  try {
    return tame(`it failed: ${error instanceof Error ? error.message : String(error)}`);
  } catch {
    // Even the words of what was thrown can throw.
    return 'it failed';
  }
}

function viewOf(request: SipRequest): RequestView {
  return {
    method: request.method,
    uri: request.uriText,
    from: request.get('From') ?? '',
    to: request.get('To') ?? '',
    header: (name) => request.get(name),
    body: request.bodyText,
  };
}

/** One line of bounded length for a log. */
function tame(sentence: string): string {
  return sentence.slice(0, maxSentence).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}
