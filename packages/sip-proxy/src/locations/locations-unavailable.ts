/** The `code` of a {@link LocationsUnavailableError}: match by it, for a plugin has its own copy of the class. */
export const locationsUnavailable = 'ENTENTE_LOCATIONS_UNAVAILABLE';

/** A store of locations cannot answer, or cannot keep a change, now. What was changed may have been kept, and counts as not acknowledged. */
export class LocationsUnavailableError extends Error {
  /** Stable literal: `ENTENTE_LOCATIONS_UNAVAILABLE`. */
  readonly code = locationsUnavailable;
  /** Name of the store, e.g. host and port. */
  readonly place: string;
  /** What to do now. */
  readonly remedy: string;

  /** @param parts - what was found, where, what to do, and the error behind it */
  constructor(parts: {
    readonly sentence: string;
    readonly place: string;
    readonly remedy: string;
    readonly cause?: unknown;
  }) {
    super(parts.sentence, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'LocationsUnavailableError';
    this.place = parts.place;
    this.remedy = parts.remedy;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}

/**
 * Whether a store says that it is not available.
 * @param error - what it has thrown
 */
export function isLocationsUnavailable(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === locationsUnavailable;
}
