import type { TimeForm } from '../der/time.ts';
import type { ExtensionValues, Signed } from '../extension/extension-values.ts';
import type { SubjectPublicKeyInfo } from '../key/public-key.ts';
import type { Name } from '../name/name.ts';

/**
 * A certificate that was read whole: whoever holds one knows that the bytes are strict DER and that every extension
 * this package knows is well formed. Nothing is said about whether to believe it.
 *
 * Views share the memory of the input, which must therefore not be changed afterwards. Values are built when they are
 * first asked for; the fields are getters, so copy them by name, not with spread.
 * @see RFC 5280 §4.1
 */
export interface Certificate extends ExtensionValues, Signed {
  readonly der: Uint8Array;
  readonly version: 1 | 2 | 3;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  /** The same as lower-case hex, two digits an octet. */
  readonly serialHex: string;
  readonly issuer: Name;
  readonly subject: Name;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. The certificate is still valid at this instant. */
  readonly notAfter: number;
  /** How the time was written; §4.1.2.5 prescribes UTCTime through 2049, but readers take both. */
  readonly notBeforeForm: TimeForm;
  readonly notAfterForm: TimeForm;
  readonly publicKey: SubjectPublicKeyInfo;
  /** Content octets of the BIT STRING, its count of unused bits first. Not used since version 3. */
  readonly issuerUniqueId?: Uint8Array | undefined;
  readonly subjectUniqueId?: Uint8Array | undefined;
}
