import type { PkiRefusal } from '../refusal.ts';

/**
 * Answers with a problem document; `reason` and `remedy` are members of their own, so that a client need not read
 * prose.
 * @param refusal what to say
 * @see RFC 9457 §3
 */
export function problemResponse(refusal: PkiRefusal): Response {
  const body = {
    type: 'about:blank',
    title: refusal.reason,
    status: refusal.status,
    detail: refusal.message,
    reason: refusal.reason,
    remedy: refusal.remedy,
  };
  return new Response(JSON.stringify(body), {
    status: refusal.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  });
}
