import type { Attribute, ExtensionValues, Signed } from '../extension/extension-values.ts';
import type { SubjectPublicKeyInfo } from '../key/public-key.ts';
import type { Name } from '../name/name.ts';

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
