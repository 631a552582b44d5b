/** The distinguished name of an authority. */
export interface AuthorityName {
  /** Common name (CN), for people, e.g. `contoso.example Issuing CA 1`. */
  readonly commonName: string;
  /** Organisation (O): for our own authorities the organisation's network. Default: the common name is the whole name. */
  readonly organisation?: string;
}

/**
 * The name as JSON. Its type is written here: a declaration that leads to the library of X.509 would load the types of a browser into programs that
 * have none.
 */
export type AuthorityNameParts = { readonly [type: string]: string[] }[];

/**
 * The name as JSON, which needs no escaping, whatever the texts contain.
 * @param name - organisation and common name
 */
export function distinguishedName(name: AuthorityName): AuthorityNameParts {
  return [
    ...(name.organisation === undefined ? [] : [{ O: [name.organisation] }]),
    { CN: [name.commonName] },
  ];
}
