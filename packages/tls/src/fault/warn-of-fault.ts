/** Faults of which the process was warned; what a peer can cause must not fill a log. */
const told = new Set<string>();
/** A fault whose sentence differs each time is as good as told after so many. */
const mostTold = 64;

/**
 * Says what a function of the caller has thrown where no `onFault` hears of it: a warning of the process, once for each fault, because a
 * package has no log of its caller's. It is not thrown: the certificate of a peer would decide whether the process ends.
 *
 * @param fault - what was thrown
 */
export function warnOfFault(fault: unknown): void {
  const text = String(fault);
  if (told.has(text) || told.size >= mostTold) return;
  told.add(text);
  process.emitWarning(fault instanceof Error ? fault : text);
}
