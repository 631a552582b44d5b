/** How old revocation knowledge may be. `off` is evidence in every verdict. */
export interface RevocationRule {
  /**
   * `hard-fail`: no list counts after its nextUpdate; `grace`: it does for `graceSeconds` more; `off`: revocation is
   * not checked.
   */
  readonly mode: 'hard-fail' | 'grace' | 'off';
  /** With `grace` only: seconds after nextUpdate, 0 to 30 days. */
  readonly graceSeconds?: number | undefined;
}

/**
 * The settings of the document; what is absent has the default of {@link defaultPolicies}. Those that nothing enforces yet must have it:
 * {@link checkDocument} refuses any other value.
 */
export interface Policies {
  /** How long members go on without a confirmation of the authority. The three times must increase in this order. */
  readonly trustState?:
    | {
        /** Seconds between two states that the authority signs. */
        readonly intervalSeconds?: number | undefined;
        /** Members log `topology-unconfirmed` after so many seconds without a confirmation. Default 600. */
        readonly alarmAfterSeconds?: number | undefined;
        /** Members refuse with `topology-stale` after so many seconds without a new one. */
        readonly refuseAfterSeconds?: number | undefined;
      }
    | undefined;
  /** How old revocation knowledge may be, for chains below our own roots and below those of partners. */
  readonly revocation?:
    | {
        readonly enterprise?: RevocationRule | undefined;
        readonly partners?: RevocationRule | undefined;
      }
    | undefined;
  /** Partners that no entry lists. Nothing enforces this yet, so only the defaults are accepted. */
  readonly federation?:
    | {
        /** Whether domains that no partner entry lists are allowed; default false. */
        readonly discovery?: boolean | undefined;
        readonly throttle?:
          | {
              /** Messages a second of a discovered partner. */
              readonly messagesPerSecond?: number | undefined;
              /** Distinct local URIs a discovered partner may address before it is blocked. */
              readonly distinctUris?: number | undefined;
              /** Messages a second once too many of them fail. */
              readonly suspectMessagesPerSecond?: number | undefined;
            }
          | undefined;
      }
    | undefined;
  /** Whether SRTP is required in offers and answers. */
  readonly media?:
    | {
        /** SRTP in offers and answers across the federation. */
        readonly federationSrtp?: 'required' | 'optional' | undefined;
        /** SRTP in offers and answers inside. */
        readonly internalSrtp?: 'required' | 'optional' | undefined;
      }
    | undefined;
}

/** Policies with every default filled in. */
export interface EffectivePolicies {
  /**
   * Seconds between two states, without confirmation until the alarm, and until members refuse; default 60, 600 and
   * 345,600.
   */
  readonly trustState: {
    readonly intervalSeconds: number;
    readonly alarmAfterSeconds: number;
    readonly refuseAfterSeconds: number;
  };
  /** For chains below our own roots (default 72 h of grace), and below those of partners (default hard-fail). */
  readonly revocation: { readonly enterprise: RevocationRule; readonly partners: RevocationRule };
  /** Partners that no entry lists: whether they are allowed (default false), and their rate. Nothing enforces this yet. */
  readonly federation: {
    readonly discovery: boolean;
    readonly throttle: {
      readonly messagesPerSecond: number;
      readonly distinctUris: number;
      readonly suspectMessagesPerSecond: number;
    };
  };
  /**
   * Whether offers and answers need SRTP: across the federation (default `required`), and inside (default `optional`).
   */
  readonly media: {
    readonly federationSrtp: 'required' | 'optional';
    readonly internalSrtp: 'required' | 'optional';
  };
}

/** The settings that apply where the document has none. */
export const defaultPolicies: EffectivePolicies = {
  trustState: { intervalSeconds: 60, alarmAfterSeconds: 600, refuseAfterSeconds: 96 * 3600 },
  revocation: {
    enterprise: { mode: 'grace', graceSeconds: 72 * 3600 },
    partners: { mode: 'hard-fail' },
  },
  federation: {
    discovery: false,
    throttle: { messagesPerSecond: 20, distinctUris: 1000, suspectMessagesPerSecond: 1 },
  },
  media: { federationSrtp: 'required', internalSrtp: 'optional' },
};

/**
 * Completes a document's policies with the defaults.
 *
 * @param policies - as written; undefined where the document has none
 */
export function effectivePolicies(policies: Policies | undefined): EffectivePolicies {
  const { trustState, revocation, federation, media } = defaultPolicies;
  return {
    trustState: withDefaults(trustState, policies?.trustState),
    revocation: withDefaults(revocation, policies?.revocation),
    federation: {
      discovery: policies?.federation?.discovery ?? federation.discovery,
      throttle: withDefaults(federation.throttle, policies?.federation?.throttle),
    },
    media: withDefaults(media, policies?.media),
  };
}

function withDefaults<T extends object>(
  defaults: T,
  given: { [K in keyof T]?: T[K] | undefined } | undefined,
): T {
  if (given === undefined) return defaults;
  const merged = { ...defaults };
  for (const key of Object.keys(defaults) as (keyof T)[]) {
    const value = given[key];
    if (value !== undefined) merged[key] = value as T[keyof T];
  }
  return merged;
}
