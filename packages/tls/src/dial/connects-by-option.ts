import type { DispatcherClass, UndiciTarget } from './dispatcher-class.ts';

/** Reserved by RFC 2606 §2: no such host exists. */
const probeOrigin = 'https://entente.invalid';

/** The part of undici's dispatchers that is used here. */
interface Dispatching {
  dispatch(request: object, handler: object): unknown;
  destroy?(): unknown;
}

/**
 * Finds out whether a class dials through its option `connect`: one that dials by itself, such as `https.Agent` or a class for
 * proxies, would send requests over connections that nobody has judged. One request is dispatched, to a host that does not exist,
 * and the connector answers it.
 *
 * @param Dispatcher - undici's `Agent`, or another class
 * @param settings - further settings for the class
 */
export function connectsByOption(
  Dispatcher: DispatcherClass<unknown>,
  settings: Readonly<Record<string, unknown>>,
): boolean {
  let asked = false;
  const made: unknown = new Dispatcher({
    ...settings,
    connect(_: UndiciTarget, done: (error: Error, socket: null) => void) {
      asked = true;
      done(new Error('a probe'), null);
    },
  });
  if (!canDispatch(made)) return false;
  made.dispatch({ origin: probeOrigin, path: '/', method: 'GET' }, silentHandler);
  void Promise.resolve(made.destroy?.()).catch(ignore);
  return asked;
}

function canDispatch(made: unknown): made is Dispatching {
  return typeof (made as Partial<Dispatching> | null | undefined)?.dispatch === 'function';
}

function ignore(): void {}

/** The handlers of undici 6 and of its later versions, together. */
const silentHandler = {
  onConnect: ignore,
  onError: ignore,
  onUpgrade: ignore,
  onHeaders: ignore,
  onData: ignore,
  onComplete: ignore,
  onRequestStart: ignore,
  onRequestUpgrade: ignore,
  onResponseStart: ignore,
  onResponseData: ignore,
  onResponseEnd: ignore,
  onResponseError: ignore,
};
