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
  /** The whole Certificate, DER: the bytes that were decoded, not a copy. */
  readonly der: Uint8Array;
  /** 1, 2 or 3, one more than the INTEGER encoded; 1 where the field is absent. @see RFC 5280 §4.1.2.1 */
  readonly version: 1 | 2 | 3;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  /** The same as lower-case hex, two digits an octet. */
  readonly serialHex: string;
  /** The distinguished name of the CA that signed; may be empty, although the RFC forbids it. @see RFC 5280 §4.1.2.4 */
  readonly issuer: Name;
  /**
   * The distinguished name of the key's owner; may be empty, and the names are then in `subjectAltName`.
   * @see RFC 5280 §4.1.2.6
   */
  readonly subject: Name;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. The certificate is still valid at this instant. */
  readonly notAfter: number;
  /** How the time was encoded; §4.1.2.5 requires UTCTime through 2049, but the decoder accepts both. */
  readonly notBeforeForm: TimeForm;
  /** How `notAfter` was encoded; UTCTime and GeneralizedTime are both accepted for any year. */
  readonly notAfterForm: TimeForm;
  /** The subject's key; its own form has been checked where the algorithm is known. @see RFC 5280 §4.1.2.7 */
  readonly publicKey: SubjectPublicKeyInfo;
  /** Content octets of the BIT STRING, its count of unused bits first. Not used since version 3. */
  readonly issuerUniqueId?: Uint8Array | undefined;
  /**
   * Content octets of the BIT STRING, its count of unused bits first; undefined where it is absent. No CA should
   * issue it.
   * @see RFC 5280 §4.1.2.8
   */
  readonly subjectUniqueId?: Uint8Array | undefined;
}
