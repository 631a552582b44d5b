import {
  type Awaitable,
  type Binding,
  isLocationsUnavailable,
  type LocationChange,
  type Locations,
  LocationsUnavailableError,
} from '@entente/sip-proxy/locations';

/** Calls that a store may have under way; those beyond it fail at once. */
const maxUnderWay = 1_000;
/** Milliseconds in which a store has to answer; a client repeats a REGISTER for 32 seconds (RFC 3261 §17.1.2.2). */
const answerMs = 2_000;

/**
 * A store of a plugin, within bounds: what it throws, or does not answer in time, is a store that is not available, and what it does after
 * that changes nothing.
 * @param store - of the plugin
 * @param plugin - its name
 */
export function boundedLocations(store: Locations, plugin: string): Locations {
  const { call, fault } = boundsOf(plugin);
  return {
    lookup: (aor, now) => call(() => store.lookup(aor, now)),
    update(aor, now, decide) {
      let own: { readonly error: unknown } | undefined;
      return call(
        (isOver) =>
          store.update(aor, now, (current) => {
            // The client was told that nothing is kept.
            if (isOver()) throw fault('the time for the change is over');
            return ownDecision(decide, current, (error) => {
              own = { error };
            });
          }),
        () => own,
      );
    },
    removeFlow: (flow) => call(() => store.removeFlow(flow)),
    removeUser: (aor, isMeant) => call(() => store.removeUser(aor, isMeant)),
    expire: (now) => call(() => store.expire(now)),
    ...(store.expireSome === undefined
      ? {}
      : { expireSome: (now: number, count: number) => call(() => store.expireSome?.(now, count)) }),
    ...(store.onChangeElsewhere === undefined
      ? {}
      : {
          onChangeElsewhere: (listener: (aor: string) => void) =>
            store.onChangeElsewhere?.(listener) ?? (() => {}),
        }),
  };
}

/** What our own decision throws is not the store's fault. */
function ownDecision<R>(
  decide: (current: readonly Binding[]) => LocationChange<R>,
  current: readonly Binding[],
  onThrow: (error: unknown) => void,
): LocationChange<R> {
  try {
    return decide(current);
  } catch (error) {
    onThrow(error);
    throw error;
  }
}

function boundsOf(plugin: string) {
  let underWay = 0;
  const fault = (sentence: string, cause?: unknown) =>
    new LocationsUnavailableError({
      sentence: `the store of plugin ${plugin} cannot be used: ${sentence}`,
      place: `plugin ${plugin}`,
      remedy: `Look for why plugin ${plugin} fails in the log.`,
      ...(cause === undefined ? {} : { cause }),
    });
  const thrown = (error: unknown, own: { readonly error: unknown } | undefined) => {
    if (own !== undefined) return own.error;
    if (isLocationsUnavailable(error)) return error;
    return fault(error instanceof Error ? error.message : 'it has thrown something', error);
  };
  return {
    fault,
    /**
     * Calls a store.
     * @param work - the call; `isOver` says that nobody waits for it any more
     * @param ownError - what our own code has thrown in it
     */
    call<T>(
      work: (isOver: () => boolean) => Awaitable<T>,
      ownError: () => { readonly error: unknown } | undefined = () => undefined,
    ): Awaitable<T> {
      if (underWay >= maxUnderWay) return Promise.reject(fault('it has too much to answer'));
      let over = false;
      let answer: Awaitable<T>;
      try {
        answer = work(() => over);
      } catch (error) {
        // As a store that answers later does: its callers have one way to hear of it.
        return Promise.reject(thrown(error, ownError()));
      }
      if (!(answer instanceof Promise)) return answer;
      underWay++;
      return new Promise<T>((resolve, reject) => {
        const timer = setTimeout(() => {
          over = true;
          underWay--;
          reject(fault(`it gave no answer within ${answerMs} ms`));
        }, answerMs);
        const settle = (how: () => void) => {
          if (over) return;
          clearTimeout(timer);
          underWay--;
          how();
        };
        answer.then(
          (value) => settle(() => resolve(value)),
          (error) => settle(() => reject(thrown(error, ownError()))),
        );
      });
    },
  };
}
