import type { WebProblem } from '@entente/accounts/web';

/** Told to nobody but a user whose password was right. */
export const accountDisabled: WebProblem = {
  status: 403,
  reason: 'account-disabled',
  detail: 'expected an account that may sign in, found one that is disabled',
  remedy: 'Ask an administrator, who enables the account with entente user enable.',
};

/** @param waitMs - milliseconds in which no password is looked at */
export function tooManyAttempts(waitMs: number): WebProblem {
  const retryAfterSec = Math.ceil(waitMs / 1_000);
  return {
    status: 429,
    reason: 'too-many-attempts',
    detail: `expected no password for ${retryAfterSec} s after that many wrong ones, found one`,
    remedy: 'Wait, then send the right password; if it was forgotten, have it set again.',
    retryAfterSec,
  };
}

/** A session that is void: too old, ended, or its user has another password. */
export const signedOut: WebProblem = {
  status: 401,
  reason: 'signed-out',
  detail: 'expected a session that is valid, found none',
  remedy: 'Sign in.',
};

/** A session from before this server began, which may have been ended meanwhile: another server of the pool knows. */
export const sessionNotKnown: WebProblem = {
  status: 401,
  reason: 'session-not-known',
  detail: 'expected a session that was sealed since this server runs, found an older one',
  remedy: 'Ask another front end of the pool; sign in where none knows it.',
};

/** A change that a page of ours has not sent. */
export const csrfMismatch: WebProblem = {
  status: 403,
  reason: 'csrf-mismatch',
  detail: 'entente-csrf: expected the value of this session, found another one or none',
  remedy: 'Send the value of "csrf" of the session in this field with each change.',
};

/** Nothing has confirmed the accounts for too long. */
export const stale: WebProblem = {
  status: 503,
  reason: 'accounts-stale',
  detail: 'the accounts: expected some that were confirmed lately, found none',
  remedy: 'Try again later; the administrators find the cause in /readyz and the log of the front end.',
  retryAfterSec: 30,
};

/** Users of a file. */
export const notChangeable: WebProblem = {
  status: 403,
  reason: 'not-changeable',
  detail: 'expected accounts whose passwords users change, found users of a file',
  remedy: 'Ask an administrator to set the password.',
};

/** The directory has refused it, or another change is under way. */
export const passwordNotChanged: WebProblem = {
  status: 409,
  reason: 'password-not-changed',
  detail: 'the password was not changed: the account is being changed, or was changed meanwhile',
  remedy: 'Sign in again with the password that is valid now, then change it.',
};

/** A store or the authority does not answer. */
export const unavailable: WebProblem = {
  status: 503,
  reason: 'unavailable',
  detail: 'expected that the front end does what was asked, found that something it needs does not answer',
  remedy: 'Try again later; a change may have been made all the same.',
  retryAfterSec: 30,
};
