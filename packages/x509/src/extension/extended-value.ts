import type { GeneralName } from '../name/general-name.ts';
import { CODE } from './certificate-extensions.ts';
import type { ExtensionBlock } from './extension-block.ts';
import type * as values from './extension-values.ts';

/** The getters that certificates and requests share. */
export class ExtendedValue implements values.ExtensionValues {
  protected readonly block: ExtensionBlock;

  constructor(block: ExtensionBlock) {
    this.block = block;
  }

  get extensions(): readonly values.Extension[] {
    return this.block.extensions;
  }
  get unknownCritical(): readonly string[] {
    return this.block.unknownCritical;
  }
  get basicConstraints(): values.BasicConstraints | undefined {
    return this.block.value(CODE.basicConstraints) as values.BasicConstraints | undefined;
  }
  get keyUsage(): values.KeyUsage | undefined {
    return this.block.value(CODE.keyUsage) as values.KeyUsage | undefined;
  }
  get extKeyUsage(): readonly string[] | undefined {
    return this.block.value(CODE.extKeyUsage) as readonly string[] | undefined;
  }
  get subjectAltName(): readonly GeneralName[] | undefined {
    return this.block.value(CODE.subjectAltName) as readonly GeneralName[] | undefined;
  }
  get issuerAltName(): readonly GeneralName[] | undefined {
    return this.block.value(CODE.issuerAltName) as readonly GeneralName[] | undefined;
  }
  get nameConstraints(): values.NameConstraints | undefined {
    return this.block.value(CODE.nameConstraints) as values.NameConstraints | undefined;
  }
  get certificatePolicies(): readonly values.PolicyInformation[] | undefined {
    return this.block.value(CODE.certificatePolicies) as readonly values.PolicyInformation[] | undefined;
  }
  get policyMappings(): readonly values.PolicyMapping[] | undefined {
    return this.block.value(CODE.policyMappings) as readonly values.PolicyMapping[] | undefined;
  }
  get policyConstraints(): values.PolicyConstraints | undefined {
    return this.block.value(CODE.policyConstraints) as values.PolicyConstraints | undefined;
  }
  get inhibitAnyPolicy(): number | undefined {
    return this.block.value(CODE.inhibitAnyPolicy) as number | undefined;
  }
  get subjectKeyId(): Uint8Array | undefined {
    return this.block.value(CODE.subjectKeyIdentifier) as Uint8Array | undefined;
  }
  get authorityKeyId(): values.AuthorityKeyIdentifier | undefined {
    return this.block.value(CODE.authorityKeyIdentifier) as values.AuthorityKeyIdentifier | undefined;
  }
  get crlDistributionPoints(): readonly values.DistributionPoint[] | undefined {
    return this.block.value(CODE.cRLDistributionPoints) as readonly values.DistributionPoint[] | undefined;
  }
  get freshestCrl(): readonly values.DistributionPoint[] | undefined {
    return this.block.value(CODE.freshestCRL) as readonly values.DistributionPoint[] | undefined;
  }
  get authorityInfoAccess(): readonly values.AccessDescription[] | undefined {
    return this.block.value(CODE.authorityInfoAccess) as readonly values.AccessDescription[] | undefined;
  }
  get subjectInfoAccess(): readonly values.AccessDescription[] | undefined {
    return this.block.value(CODE.subjectInfoAccess) as readonly values.AccessDescription[] | undefined;
  }
  get subjectDirectoryAttributes(): readonly values.Attribute[] | undefined {
    return this.block.value(CODE.subjectDirectoryAttributes) as readonly values.Attribute[] | undefined;
  }
}
