import { type WebProblem, webLimits } from '@entente/accounts/web';

export const notFound: WebProblem = {
  status: 404,
  reason: 'not-found',
  detail: 'there is nothing at this path',
  remedy: 'Begin at /.',
};

export const methodNotAllowed: WebProblem = {
  status: 405,
  reason: 'method-not-allowed',
  detail: 'expected another method for this path',
  remedy: 'Use the methods that the reference of web services has.',
};

export const tooLong: WebProblem = {
  status: 413,
  reason: 'body-too-long',
  detail: `expected at most ${webLimits.bodyBytes} octets of UTF-8, found more, or something else`,
  remedy: 'Send a shorter request.',
};

export const nobodySignedIn: WebProblem = {
  status: 401,
  reason: 'signed-out',
  detail: 'expected a session, found none',
  remedy: 'Sign in.',
};

/** @param retryAfterSec - seconds until the next request is looked at */
export function throttled(retryAfterSec: number): WebProblem {
  return {
    status: 429,
    reason: 'throttled',
    detail: 'expected fewer requests in this time, found more',
    remedy: 'Wait, then send the request again.',
    retryAfterSec,
  };
}
