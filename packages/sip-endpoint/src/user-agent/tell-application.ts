/** Where faults of an application go. */
interface FaultEvents {
  onFault?(error: unknown): void;
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
    if (done instanceof Promise) done.catch(onFault);
  } catch (error) {
    onFault(error);
  }
}

/**
 * Reports a fault of the application to it.
 * @param events - of the application; without `onFault` it is a warning of the process, because a package has no log of its caller's
 * @param error - what was thrown
 */
export function reportFault(events: FaultEvents, error: unknown): void {
  if (events.onFault !== undefined) events.onFault(error);
  else process.emitWarning(error instanceof Error ? error : String(error));
}
