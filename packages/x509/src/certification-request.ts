import type { Attribute, ExtensionValues, Signed } from './extension-values.ts';
import type { Name } from './name.ts';
import type { SubjectPublicKeyInfo } from './public-key.ts';

/**
 * A PKCS#10 request. The fields of `ExtensionValues` are those of its extensionRequest attribute (RFC 2985 §5.4.2).
 * `tbs` is the certificationRequestInfo. The signature is not checked.
 * @see RFC 2986 §4
 */
export interface CertificationRequest extends ExtensionValues, Signed {
  readonly der: Uint8Array;
  readonly subject: Name;
  readonly publicKey: SubjectPublicKeyInfo;
  readonly attributes: readonly Attribute[];
}
