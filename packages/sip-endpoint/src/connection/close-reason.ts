/** Why a connection was closed although its peer spoke SIP. */
export type GivenUp =
  /** A message that began did not end in time. */
  | 'message-incomplete'
  /** What the peer has begun to send exceeds what it may have under way. */
  | 'no-room'
  /** The peer sends requests and does not take the answers. */
  | 'answers-not-taken';
