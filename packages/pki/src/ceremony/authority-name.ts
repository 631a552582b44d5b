import type { JsonName } from '@peculiar/x509';

/** The distinguished name of an authority. */
export interface AuthorityName {
  readonly commonName: string;
  readonly organisation?: string;
}

/**
 * The name as JSON, which needs no escaping, whatever the texts contain.
 * @param name - organisation and common name
 */
export function distinguishedName(name: AuthorityName): JsonName {
  return [
    ...(name.organisation === undefined ? [] : [{ O: [name.organisation] }]),
    { CN: [name.commonName] },
  ];
}
