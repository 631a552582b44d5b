import type { SessionOrder } from './session.ts';
import { watch } from './watchdog.ts';

/** The process of one target: takes its order from the parent, answers with the report, and ends. */
process.once('message', (order: SessionOrder) => {
  watch(order).then(
    (report) => answer({ report }),
    (fault: Error) => answer({ fault: fault.stack ?? fault.message }),
  );
});

// The fuzzer is gone, so nothing reads a report any more.
process.once('disconnect', () => process.exit(0));

function answer(message: object): void {
  process.send?.(message, undefined, undefined, () => process.disconnect());
}
