import type { Log } from '@entente/tls';

/** A warning of Node, or one that a package has made with `process.emitWarning`. */
type Warning = Error & {
  readonly code?: unknown;
  readonly place?: unknown;
  readonly remedy?: unknown;
};

/**
 * Lets warnings of the process be lines of the log from now on, where Node would print them to standard error as they are: for example
 * `ENTENTE_CERTIFICATE_NOT_VALID` of a listener. A package that others use warns the process, because it has no log of theirs; a server has one, and its
 * operators read no other text.
 * @param log - the log of the server at that moment
 */
export function warningsToLog(log: () => Log): void {
  // That of Node, which prints.
  process.removeAllListeners('warning');
  process.on('warning', ({ code, message, name, place, remedy }: Warning) => {
    const fields = Object.entries({ code, place, remedy }).filter(([, value]) => typeof value === 'string');
    log().warn({ event: 'warning', kind: name, ...Object.fromEntries(fields) }, message);
  });
}
