/**
 * How the organisation reaches the telephone network: how numbers become global, and by which gateways they go. Without it mediation
 * servers refuse every number that has no country code, and know no way for the others.
 */
export interface Telephony {
  /** In this order; the first that fits a number is the one that counts. A global number that none fits stays as it is. */
  readonly rules?: readonly NumberRuleEntry[] | undefined;
  /** The longest prefix of a number counts, then the lowest cost, then the order here. */
  readonly routes?: readonly NumberRoute[] | undefined;
  /** As they are dialled (`112`). Who calls one needs no right, and no rule applies. */
  readonly emergencyNumbers?: readonly string[] | undefined;
  /** Seconds between two OPTIONS to a gateway, 1 to 3600; default 10. After three without an answer it is not called any more. */
  readonly healthSeconds?: number | undefined;
}

/** How numbers of one form become global. */
export interface NumberRuleEntry {
  /** The number begins with it: digits, `*` and `#`, or `+` and digits; empty fits every number without `+`. */
  readonly prefix: string;
  /** Characters of the whole number, 1 to 64; default 1. */
  readonly minLength?: number | undefined;
  /** Default: any. */
  readonly maxLength?: number | undefined;
  /** `phone-context` of the number, a domain name or `+` and digits; absent: none, or a domain of ours. */
  readonly context?: string | undefined;
  /** Characters taken off its front, 0 to 64; default 0. */
  readonly strip?: number | undefined;
  /** Put in front of what is left; default nothing. */
  readonly prepend?: string | undefined;
}

/** A gateway that takes numbers with a prefix. */
export interface NumberRoute {
  /** `+` and digits, only `+` for every global number, or an emergency number. */
  readonly prefix: string;
  /** FQDN of a server with the role gateway. */
  readonly gateway: string;
  /** 0 to 1000; the cheaper one is called first. Default 0. */
  readonly cost?: number | undefined;
}

/** The settings with every default filled in. */
export interface EffectiveTelephony {
  /** In this order; the first that fits a number is the one that counts. Default none. */
  readonly rules: readonly NumberRuleEntry[];
  /** The longest prefix of a number counts, then the lowest cost, then the order here. Default none. */
  readonly routes: readonly NumberRoute[];
  /** As they are dialled, digits alone (`112`). Default none. */
  readonly emergencyNumbers: readonly string[];
  /** Seconds between two OPTIONS to a gateway, 1 to 3600; default 10. */
  readonly healthSeconds: number;
}

/** The settings that apply where the document has none. */
export const defaultTelephony: EffectiveTelephony = {
  rules: [],
  routes: [],
  emergencyNumbers: [],
  healthSeconds: 10,
};

/**
 * Completes a document's settings with the defaults.
 * @param telephony - as written; undefined where the document has none
 */
export function effectiveTelephony(telephony: Telephony | undefined): EffectiveTelephony {
  return {
    rules: telephony?.rules ?? defaultTelephony.rules,
    routes: telephony?.routes ?? defaultTelephony.routes,
    emergencyNumbers: telephony?.emergencyNumbers ?? defaultTelephony.emergencyNumbers,
    healthSeconds: telephony?.healthSeconds ?? defaultTelephony.healthSeconds,
  };
}
