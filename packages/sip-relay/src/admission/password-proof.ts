import { addressOfRecord, cnonceFor, parseAuthorization, passwordEvent, type SipRequest } from '@entente/sip';
import { type RequestRefusal, refusal } from '@entente/sip-proxy';
import type { Sender } from './sender.ts';

/**
 * Whether a request is that of a user who wants another password: a PUBLISH with our event.
 * @param request - any
 */
export function changesPassword(request: SipRequest): boolean {
  return request.method === 'PUBLISH' && request.get('Event') === passwordEvent;
}

/**
 * Refuses a change of the password that the user has not proven with this very request: by credentials of its own, which were made for the
 * body that it has. The server that has challenged the user asks, because credentials go no further.
 * @param request - for which {@link changesPassword} holds
 * @param sender - who was admitted with it
 * @returns undefined where it is the user's own
 */
export function refuseUnprovenChange(
  request: SipRequest,
  { identity: { asserted: user }, provenBy }: Pick<Sender, 'identity' | 'provenBy'>,
): RequestRefusal | undefined {
  if (user === undefined || provenBy === undefined) return notProven;
  if (addressOfRecord(request.uri) !== user || addressOfRecord(request.to.uri) !== user)
    return otherUser(user);
  return coversBody(request, provenBy, user) ? undefined : otherRequest;
}

/**
 * Whether the credentials were made for the body that the request has: a digest covers its cnonce, and that covers the body. An edge that has
 * kept an older body of the user, or a whole request, has no credentials for it.
 */
function coversBody(request: SipRequest, field: NonNullable<Sender['provenBy']>, user: string): boolean {
  const realm = user.slice(user.lastIndexOf('@') + 1);
  const cnonce = cnonceFor(request.bodyText);
  const own = request.all(field).flatMap((value) => {
    const read = parseAuthorization(value);
    return typeof read === 'object' && read.realm.toLowerCase() === realm ? [read] : [];
  });
  return own.length > 0 && own.every((credentials) => credentials.cnonce === cnonce);
}

const notProven = refusal(
  'identity-not-authorised',
  403,
  'expected the credentials of the user whose password is changed, found none',
  'Send the request to a front end, or an edge, as the user.',
);

const otherUser = (user: string) =>
  refusal(
    'identity-not-authorised',
    403,
    `Request-URI and To: expected ${user}, who has authenticated, found somebody else`,
    'Change your own password; administrators set those of others with entente user passwd.',
  );

const otherRequest = refusal(
  'credentials-not-accepted',
  403,
  'expected credentials whose cnonce covers the body, found those of another request',
  'Let a client change the password that knows how, e.g. UserAgent of @entente/sip-endpoint; where one does, something in between has replaced the body.',
);
