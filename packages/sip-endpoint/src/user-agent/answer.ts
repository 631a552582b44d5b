import { type Rule, required, rule, text, wholeNumber } from '@entente/options';
import { createResponse, type HeaderFields, type SipResponse } from '@entente/sip';
import { checks } from '../options/option-rules.ts';
import { isLater } from '../transaction/is-promise.ts';
import type { ServerTransaction } from '../transaction/transaction-context.ts';

/** What a request is answered with. */
export interface Answer {
  /** 200 to 699. */
  readonly status: number;
  /** Further header fields. */
  readonly headers?: HeaderFields;
  /** Media type of the body, for example `application/sdp`; default no Content-Type. */
  readonly contentType?: string;
  /** Text is sent as UTF-8, bytes as they are; default an empty body. */
  readonly body?: string | Uint8Array;
}

/** An answer now or later; nothing leaves it to the user agent. */
export type ChosenAnswer = Answer | undefined | Promise<Answer | undefined>;

/** What an answer is made with. */
export interface AnswerParts {
  /** Given where nothing is chosen. */
  readonly otherwise: Answer;
  /** Tag of To, where the request has none. */
  readonly toTag?: string;
  /** Contact of a 2xx. */
  readonly contact?: string;
  /** Hears what was thrown while the answer was chosen; the request is answered 500. */
  readonly onFault: (error: unknown) => void;
  /** Hears of the answer once it is given. */
  readonly onAnswered?: (response: SipResponse) => void;
}

/**
 * Answers a request with what the application chooses.
 * @param transaction - of the request
 * @param choose - the application; what it throws, and an answer that is none, count as 500
 * @param parts - what is added, and who hears of it
 */
export function answerAsChosen(
  transaction: ServerTransaction,
  choose: () => ChosenAnswer,
  parts: AnswerParts,
): void {
  const give = (answer: Answer) => {
    const response = responseOf(transaction, answer, parts);
    if (transaction.respond(response)) parts.onAnswered?.(response);
  };
  const failed = (error: unknown) => {
    parts.onFault(error);
    give({ status: 500 });
  };
  try {
    const chosen = choose();
    if (isLater(chosen))
      Promise.resolve(chosen)
        .then((late) => give(late ?? parts.otherwise))
        .catch(failed);
    else give(chosen ?? parts.otherwise);
  } catch (error) {
    failed(error);
  }
}

const rules: { readonly [name in keyof Required<Answer>]: Rule } = {
  status: required(wholeNumber(200, 699), 'give a final status of RFC 3261 §21'),
  headers: rule('header fields', (value) => typeof value === 'object' && value !== null),
  contentType: text,
  body: rule('a text or bytes', (value) => typeof value === 'string' || ArrayBuffer.isView(value)),
};

function responseOf(
  { request }: ServerTransaction,
  answer: Answer,
  { contact, toTag }: AnswerParts,
): SipResponse {
  checks.options(answer, rules, `answer to ${request.method}`);
  const { body, contentType, headers, status } = answer;
  return createResponse(request, status, undefined, {
    ...(toTag !== undefined && { toTag }),
    ...(contact !== undefined && status < 300 && { contact }),
    ...(headers !== undefined && { headers }),
    ...(contentType !== undefined && { contentType }),
    ...(body !== undefined && { body }),
  });
}
