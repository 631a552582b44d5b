const ending: ReadonlySet<number> = new Set([
  404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604,
]);

/**
 * Whether a failure of a SUBSCRIBE refresh or a NOTIFY ends the subscription; any other leaves it until it expires.
 * @see RFC 6665 §4.1.2.2, §4.2.2
 */
export function endsSubscription(status: number): boolean {
  return ending.has(status);
}
