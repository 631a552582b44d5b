import { statusOf } from './end.ts';
import { watchLaunchers } from './launchers.ts';

/** Global setup of the tests: they end when what launched them is gone, and their servers with them. */
export default function endWithLaunchers(): void {
  watchLaunchers(() => process.exit(statusOf('SIGHUP')));
}
