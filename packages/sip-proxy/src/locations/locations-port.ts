import type { Locations } from './locations.ts';

/**
 * The port of plugins that keep where users are, for all servers of a pool together.
 * @example
 * ```ts
 * definePlugin({ name: 'elsewhere', provides: [locationsPort], ... })
 * ```
 */
export const locationsPort: {
  readonly name: string;
  readonly version: number;
  readonly contract?: Locations;
} = {
  name: 'locations',
  version: 1,
};
