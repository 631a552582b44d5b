import { rule } from '@entente/options';
import { checks } from '../options/checks.ts';
import type { ConnectionRefusal } from '../refusal/connection-refusal.ts';
import type { Log } from './log.ts';
import { RefusalLimit } from './refusal-limit.ts';
import { shortText } from './short-text.ts';

const place = checks.optionsOf('logRefusal');
const aLog = havingMethods('a log with the method warn(fields, message), such as a logger of pino', 'warn');
const aLimit = havingMethods('a RefusalLimit', 'line', 'overloadLine');

/**
 * Logs connections that were refused, or that no longer pass: one line with reason, peer, link and remedy. The peer itself sees
 * a closed connection and nothing else. What an unproven certificate says of its holder is under `claimed`, never under `peer`.
 *
 * Nobody can flood the log: {@link RefusalLimit} bounds its lines, and a line has the number of refusals before it that got none
 * in `more` (the same peer) and `moreOfOthers`. Nor can anybody write a long line: of names and sentences that are long, the start
 * and the end are in it, and how much was left out.
 *
 * @param log - where the lines go: a logger of pino, or whatever else has a method `warn(fields, message)`. A function alone, such
 * as `console.log`, is not enough
 * @param limit - bound on the lines; one that is shared counts other refusals of the same peers too
 * @returns for `onRefusal` of `serve`, `connect`, `agent` and `dispatcher`
 * @throws TlsFault `ENTENTE_OPTION_INVALID` at once where log or limit lacks a method: the first refused peer would end the process
 */
export function logRefusal(log: Log, limit = new RefusalLimit()): (refusal: ConnectionRefusal) => void {
  aLog.read(log, place.within('first argument'));
  aLimit.read(limit, place.within('second argument'));
  return ({ rejection, peer, claimed, link, when, remoteAddress, remotePort }) => {
    const name = peer?.server ?? peer?.dnsNames[0] ?? peer?.uris[0] ?? peer?.subject;
    const leftOut =
      when === 'admission'
        ? limit.overloadLine()
        : limit.line({ name, address: remoteAddress, admitted: when === 'live' && name !== undefined });
    if (leftOut === undefined) return;
    // Returned, so that what hears of the refusal hears of a log that fails later.
    return log.warn(
      {
        event: 'refused',
        reason: rejection.reason,
        peer: shortText(name ?? 'unknown'),
        ...(claimed === undefined ? {} : { claimed: shortText(claimed) }),
        link: link.name,
        when,
        from: `${remoteAddress ?? '?'}:${remotePort ?? '?'}`,
        remedy: rejection.remedy,
        ...leftOut,
      },
      shortText(rejection.message),
    );
  };
}

/** Functions are objects here: some loggers are functions with methods. */
function havingMethods(wanted: string, ...methods: readonly string[]) {
  return rule(wanted, (value) => {
    if (value === null || value === undefined) return false;
    return methods.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function');
  });
}
