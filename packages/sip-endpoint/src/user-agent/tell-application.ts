import { inspect } from 'node:util';
import { isLater } from '../transaction/is-promise.ts';

/** Where faults of an application go. */
interface FaultEvents {
  onFault?(error: unknown): unknown;
}

/**
 * Calls a function of the application. It decides nothing of the protocol, so what it throws, at once or later, ends neither a connection
 * nor the process.
 * @param call - calls it
 * @param onFault - hears of what it has thrown
 */
export function tellApplication(call: () => unknown, onFault: (error: unknown) => void): void {
  try {
    const done = call();
    if (isLater(done)) Promise.resolve(done).catch(onFault);
  } catch (error) {
    onFault(error);
  }
}

/**
 * Reports a fault of the application to it. It throws nothing: there is no other that could hear of it.
 * @param events - of the application; without `onFault`, and where that fails itself, it is a warning of the process, because a package has
 *   no log of its caller's
 * @param error - what was thrown
 */
export function reportFault(events: FaultEvents, error: unknown): void {
  if (events.onFault === undefined) {
    warn(error);
    return;
  }
  tellApplication(
    () => events.onFault?.(error),
    (further) => {
      warn(error);
      warn(further);
    },
  );
}

function warn(error: unknown): void {
  if (error instanceof Error || typeof error === 'string') process.emitWarning(error);
  else process.emitWarning(inspect(error));
}
