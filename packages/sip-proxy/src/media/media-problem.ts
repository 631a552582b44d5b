/** Why the media of a message are not known to be encrypted. */
export type MediaProblem =
  /** A stream that is in use would be sent in clear. */
  | { readonly kind: 'in-clear'; readonly media: string; readonly protocol: string }
  /** A stream says SRTP, and nothing in the description gives it keys. */
  | { readonly kind: 'without-keys'; readonly media: string; readonly protocol: string }
  /** What the body offers cannot be told. */
  | { readonly kind: 'unreadable'; readonly found: string };

/** What cannot be told. @param found - what stands there, in a few words */
export function unreadable(found: string): MediaProblem {
  return { kind: 'unreadable', found };
}
