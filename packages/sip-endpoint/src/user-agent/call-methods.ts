import type { Answer } from './answer.ts';

/** Answers to requests in a call where the application chooses none. */
export const usual: Readonly<Record<string, Answer>> = {
  INVITE: { status: 488 },
  UPDATE: { status: 488 },
  INFO: { status: 200 },
  OPTIONS: { status: 200 },
};

/** Requests that say where the next ones go (RFC 3261 §12.2, RFC 3311 §5.1, RFC 6665 §4.4.1). */
export const refreshing: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);
