import type { TimeForm } from '../der/time.ts';
import type { ExtensionValues, Signed } from '../extension/extension-values.ts';
import type { SubjectPublicKeyInfo } from '../key/public-key.ts';
import type { Name } from '../name/name.ts';

/**
 * A decoded certificate: its bytes are strict DER, and every extension that this package knows is well formed. Whether to trust
 * it is another question.
 *
 * Views share the memory of the input, so do not change it afterwards. Values are built when they are first read; the fields are
 * getters, so copy them by name, not with spread.
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
  /** How the time was encoded; §4.1.2.5 requires UTCTime through 2049, but the decoder accepts both. */
  readonly notBeforeForm: TimeForm;
  readonly notAfterForm: TimeForm;
  readonly publicKey: SubjectPublicKeyInfo;
  /** Content octets of the BIT STRING, its count of unused bits first. Not used since version 3. */
  readonly issuerUniqueId?: Uint8Array | undefined;
  readonly subjectUniqueId?: Uint8Array | undefined;
}
