import { Fault, type FaultParts } from '@entente/options';

/** The `code` of a {@link LocationsUnavailableError}: match by it, for a plugin has its own copy of the class. */
export const locationsUnavailable = 'ENTENTE_LOCATIONS_UNAVAILABLE';

/** A store of locations cannot answer, or cannot keep a change, now. What was changed may have been kept, and counts as not acknowledged. */
export class LocationsUnavailableError extends Fault<typeof locationsUnavailable> {
  /** Always `LocationsUnavailableError`. */
  override readonly name = 'LocationsUnavailableError';

  /** @param parts - what was found, where, what to do, and the error behind it */
  constructor(parts: FaultParts) {
    super(locationsUnavailable, parts);
  }
}

/**
 * Whether a store says that it is not available.
 * @param error - what it has thrown
 */
export function isLocationsUnavailable(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === locationsUnavailable;
}
