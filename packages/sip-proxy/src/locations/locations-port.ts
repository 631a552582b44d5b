import type { Locations } from './locations.ts';
import { locationsUnavailable } from './locations-unavailable.ts';

/**
 * The port of plugins that keep where users are, for all servers of a pool together. What they provide runs in a process of its own: everything
 * that it gets is a copy, `decide` has been asked before, and what it is given is compared with what was known then.
 * @example
 * ```ts
 * definePlugin({ name: 'elsewhere', provides: [locationsPort], ... })
 * ```
 */
export const locationsPort: {
  readonly name: 'locations';
  readonly version: 2;
  readonly contract?: Locations;
  readonly process: 'own';
  readonly maxAnswer: number;
  readonly events: readonly ['onChangeElsewhere'];
  readonly faults: readonly [string];
} = {
  name: 'locations',
  version: 2,
  process: 'own',
  // 16 contacts, each with the longest URI, Call-ID and Path.
  maxAnswer: 1_048_576,
  events: ['onChangeElsewhere'],
  faults: [locationsUnavailable],
};
