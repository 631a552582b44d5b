import type { Problem } from '@entente/pki';
import { readerOf } from '../accounts/accounts-readable-by-role.ts';
import type { Authority } from '../authority.ts';
import { type AuthorityEvent, stateEvent } from '../event-hub.ts';
import { nameOf } from '../refusals.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

/**
 * News for members.
 * @param app - receives the route
 * @param context - what it answers with
 */
export function addEventRoutes(app: AuthorityApp, { authority, guard, refusals }: RouteContext): void {
  app.get('/events', (c) => {
    const { caller } = c.env;
    const refused = guard('member', caller);
    if (refused !== undefined) return refused;
    const mayFollow = () => readerOf(authority.topologies.current?.topology, caller).ok;
    const stream = authority.events.listen(
      standing(authority),
      nameOf(caller),
      ({ type }) => type !== 'accounts' || mayFollow(),
    );
    return stream ?? refusals.request(tooManyListeners, caller);
  });
}

/** A listener that was disconnected learns the present state first. */
function standing(authority: Authority): AuthorityEvent[] {
  const topology = authority.topologies.current?.topology;
  const state = authority.states.current;
  return [
    ...(state === undefined ? [] : [stateEvent(state)]),
    ...(topology === undefined
      ? []
      : [{ type: 'topology', version: topology.document.version, hash: topology.hash } as const]),
    ...authority.publisher.all().flatMap(({ current, issuer }) => {
      const list = current(0);
      return list === undefined ? [] : [{ type: 'crl', issuer: issuer.id, number: list.number } as const];
    }),
  ];
}

const tooManyListeners: Problem = {
  reason: 'throttled',
  message: 'the authority has its maximum number of event listeners',
  remedy: 'try again later',
  status: 503,
};
