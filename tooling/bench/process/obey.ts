/**
 * Has this process do what its parent tells it, and answer each order; it ends with its parent. The other end is {@link Child}.
 *
 * @param handle - does what an order says; several may be under way where the parent does not wait
 */
export function obey<Order>(handle: (order: Order) => unknown): void {
  process.on('message', (order: Order) => {
    Promise.resolve(order)
      .then(handle)
      .then(
        (answer) => report({ answer }),
        (fault: Error) => report({ fault: fault.stack ?? fault.message }),
      );
  });
  process.once('disconnect', () => process.exit(0));
}

/** Tells the parent something that it has not asked for. */
export function tell(event: unknown): void {
  report({ event });
}

/** The other side may be gone: then this process ends. */
function report(notice: Notice): void {
  process.send?.(notice, undefined, undefined, (error) => {
    if (error !== null) process.exit(0);
  });
}

/** What such a process says. */
export interface Notice {
  /** To the order before; absent where it has nothing to say. */
  readonly answer?: unknown;
  readonly fault?: string;
  readonly event?: unknown;
}
