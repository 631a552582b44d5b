import { MemberFault } from '../files/fault.ts';

/** What an answer of the authority says beside its status, as cause of a fault. */
export interface AnswerProblem {
  readonly status: number;
  /** Stable literal of the authority. */
  readonly reason?: string;
}

/** What is read of a response. */
type Answer = Pick<Response, 'status' | 'text'>;

const maxText = 400;

/**
 * The fault for an answer that is not what was asked for, with the reason that the authority gives.
 * @param authority - its base URL
 * @param path - that was asked for
 * @param response - a problem document (RFC 9457), or anything else; its body is bounded by the client
 */
export async function refusedAnswer(authority: string, path: string, response: Answer): Promise<MemberFault> {
  const { status } = response;
  const { detail, reason, remedy } = await readProblem(response);
  const cause: AnswerProblem = { status, ...(reason === undefined ? {} : { reason }) };
  const because = [reason, detail].filter((text) => text !== undefined).join(': ');
  return new MemberFault('ENTENTE_MEMBER_ANSWER', {
    sentence: `${path}: status ${status}${because === '' ? '' : ` (${because})`}`,
    place: authority,
    remedy: remedy ?? 'look at the log of the authority',
    cause,
  });
}

/**
 * What a problem document says (RFC 9457), as far as it is text; nothing for anything else.
 * @param response - its body is bounded by the client
 */
export async function readProblem(
  response: Answer,
): Promise<Partial<Record<'detail' | 'reason' | 'remedy', string>>> {
  try {
    const value = JSON.parse(await response.text()) as Record<string, unknown> | null;
    const texts = (['detail', 'reason', 'remedy'] as const).flatMap((name) => {
      const text = value?.[name];
      return typeof text === 'string' ? [[name, text.slice(0, maxText)] as const] : [];
    });
    return Object.fromEntries(texts);
  } catch {
    return {};
  }
}
