/** One way to reach a user: a contact that the user registered. Plain data, so that any store can keep it. */
export interface Binding {
  /** `alice@contoso.example`, as `addressOfRecord` of `@entente/sip` writes it. */
  readonly aor: string;
  /** The Contact URI as registered, its scheme in lower case. */
  readonly uri: string;
  /** Preference, 0 to 1; 1 where the client gave none. */
  readonly q: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Call-ID and CSeq of the REGISTER that wrote it, to recognise one that was overtaken. */
  readonly callId: string;
  /** CSeq number of that REGISTER, 0 to 2^32 - 1. */
  readonly cseq: number;
  /** Path entries as header field values, first hop first (RFC 3327); empty for a client of this server. */
  readonly path: readonly string[];
  /** The connection the REGISTER came over, as the runtime names it; undefined where it came by Path. */
  readonly flow?: string;
  /** FQDN of the server whose connection `flow` is: others of its pool reach the client through it. */
  readonly server?: string;
  /** The server that took the REGISTER: its FQDN, a space, and the serial number of its certificate in lower-case hexadecimal. */
  readonly vouchedBy?: string;
  /**
   * The servers that the REGISTER came over before that, nearest first, written as `vouchedBy`; absent where the client, or a member of the
   * pool, sent it. Each of them could have written another Contact or Path, so the binding counts as long as all of them are believed.
   */
  readonly askedBy?: readonly string[];
  /** Version of the account under which it was made, as `AccountVersion` of `@entente/accounts/feed`. */
  readonly account?: string;
  /** `+sip.instance` without quotes, for instance `<urn:uuid:…>` (RFC 5626). */
  readonly instance?: string;
  /** `reg-id`, 1 or more (RFC 5626). */
  readonly regId?: number;
  /**
   * Temporary GRUUs of the device that were issued before are void, milliseconds since 1970 (RFC 5627 §5.1); only where it has an
   * instance.
   */
  readonly gruusSince?: number;
  /** When it was registered last, milliseconds since 1970: the newest flow of an instance is tried first. */
  readonly updatedAt: number;
}

/** Bounds of what a registrar binds, so that every copy of a binding can be read: characters, and entries of a path. */
export const bindingLimits = {
  uri: 2_048,
  callId: 1_024,
  path: 16,
  pathEntry: 2_048,
  instance: 256,
} as const;

/**
 * Characters that all bindings of one address may have together, as {@link bindingText} counts them: each change of one of them is stored, and
 * sent to the others of a pool, with all of them.
 */
export const maxBindingText = 16_384;

/** Characters in bindings that the client, or an entry of the Path, has chosen. Names of our servers are beside that, and bounded. */
export function bindingText(bindings: readonly Binding[]): number {
  let characters = 0;
  for (const { callId, instance = '', path, uri } of bindings) {
    characters += uri.length + callId.length + instance.length;
    for (const entry of path) characters += entry.length;
  }
  return characters;
}
