/** The content of a problem document; every refusal of this package fits. */
export interface Problem {
  /** Stable literal. */
  readonly reason: string;
  readonly message: string;
  readonly remedy: string;
  /** HTTP status. */
  readonly status: number;
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
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  });
}
