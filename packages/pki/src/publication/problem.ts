/** The content of a problem document; every refusal of this package fits. */
export interface Problem {
  /** Stable literal. */
  readonly reason: string;
  /** What was expected and what was found; `detail` of the document. */
  readonly message: string;
  /** What to do now. */
  readonly remedy: string;
  /** HTTP status. */
  readonly status: number;
  /** When the request may be repeated, seconds from now (RFC 9110 §10.2.3). */
  readonly retryAfterSeconds?: number;
}

/**
 * The response with a problem document; `reason` and `remedy` are members of their own, so that a client need not parse prose.
 * @param problem - its content
 * @see RFC 9457 §3
 */
export function problemResponse(problem: Problem): Response {
  const body = {
    type: 'about:blank',
    title: problem.reason,
    status: problem.status,
    detail: problem.message,
    reason: problem.reason,
    remedy: problem.remedy,
  };
  return new Response(JSON.stringify(body), {
    status: problem.status,
    headers: headersOf(problem.retryAfterSeconds),
  });
}

function headersOf(retryAfterSeconds: number | undefined): Record<string, string> {
  return {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterSeconds)) }),
  };
}

const plainSentences: Readonly<Record<number, string>> = {
  401: 'A client certificate is needed.',
  404: 'There is nothing at this path.',
  405: 'The method is not allowed here.',
  415: 'The media type is not taken here.',
  429: 'Try again later.',
  500: 'The request could not be processed.',
  503: 'Try again later.',
};

/**
 * The refusal of a request whose sender has proven nothing: a status and a plain sentence, the same for every reason with that status. The
 * reason, the names and the remedy are for the log.
 * @param status - HTTP status
 * @param retryAfterSeconds - when the request may be repeated, seconds from now
 * @see RFC 9457 §5
 */
export function plainRefusal(status: number, retryAfterSeconds?: number): Response {
  const detail = plainSentences[status] ?? 'The request is refused.';
  return new Response(JSON.stringify({ type: 'about:blank', status, detail }), {
    status,
    headers: headersOf(retryAfterSeconds),
  });
}
