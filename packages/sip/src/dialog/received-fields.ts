import type { NameAddr } from '../headers/name-addr.ts';
import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import { SipSyntaxError } from '../syntax/problem.ts';
import type { Uri } from '../uri/uri.ts';

/** The first Contact URI of a received message; one that cannot be read counts as none. */
export function contactUri(message: SipRequest | SipResponse): Uri | undefined {
  return readable(() => message.contacts[0]?.uri);
}

/** The Record-Route values of a received message; undefined where one cannot be read. */
export function recordRoutesOf(message: SipRequest | SipResponse): readonly NameAddr[] | undefined {
  return readable(() => {
    const routes = message.recordRoutes;
    for (const route of routes) void route.uri;
    return routes;
  });
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof SipSyntaxError) return undefined;
    throw error;
  }
}
