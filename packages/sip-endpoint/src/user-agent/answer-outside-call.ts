import { createResponse } from '@entente/sip';
import type { ServerTransaction } from '../transaction/transaction-context.ts';
import { answerAsChosen } from './answer.ts';
import { allowed, extensionsRefused, notAllowed } from './call-methods.ts';
import { messageOf } from './received-message.ts';
import type { UserAgentEvents } from './user-agent-options.ts';

/** What a request outside a call is answered with. */
export interface OutsideParts {
  /** Of the application, which chooses. */
  readonly events: UserAgentEvents;
  /** `required`: what is not for a sips URI is refused. */
  readonly sips: 'required' | undefined;
  /** What stands in our Via. */
  readonly host: string;
  /** For To. */
  readonly toTag: string;
  /** Hears what the application has thrown. */
  readonly onFault: (error: unknown) => void;
  /** Takes an INVITE; false where it came over another connection than the one that is used. */
  readonly ring: () => boolean;
}

/**
 * Answers a request that came in no call of a user agent, or has its application choose.
 * @param transaction - of the request
 * @param parts - who chooses, and with what
 */
export function answerOutside(transaction: ServerTransaction, parts: OutsideParts): void {
  const { request } = transaction;
  const { events, host, ring, sips, toTag } = parts;
  const refused = extensionsRefused(request, toTag);
  if (refused !== undefined) {
    transaction.respond(refused);
    return;
  }
  if (sips === 'required' && request.uri.scheme !== 'sips') {
    const headers = { Warning: `381 ${host} "SIPS Required"` };
    transaction.respond(createResponse(request, 480, undefined, { toTag, headers }));
    return;
  }
  switch (request.method) {
    case 'MESSAGE':
      answerAsChosen(transaction, () => events.onMessage?.(messageOf(request)) ?? undefined, {
        ...parts,
        otherwise: { status: 200 },
      });
      return;
    case 'INVITE':
      if (!ring()) transaction.respond(createResponse(request, 480, undefined, { toTag }));
      return;
    case 'OPTIONS':
      transaction.respond(createResponse(request, 200, undefined, { toTag, headers: { Allow: allowed } }));
      return;
    default:
      answerAsChosen(transaction, () => events.onRequest?.(request), { ...parts, otherwise: notAllowed });
  }
}
