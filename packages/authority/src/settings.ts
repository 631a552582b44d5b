/** What an authority must be told. */
export interface AuthoritySettings {
  /** The organisation's network, e.g. `contoso.example`. */
  readonly domain: string;
  /** The authority's own FQDN, as the topology lists it. */
  readonly fqdn: string;
  /** Folder that `initialiseAuthority` made. */
  readonly directory: string;
  /** Hash of the administrators who may publish the first topology (`administratorSetHash`). */
  readonly administratorsHash: string;
  /** How members reach it: `https://…` without path. Stands in join tokens. */
  readonly authorityUrl: string;
  /** Where lists and issuer certificates are: `http://…` without path. Stands in certificates. */
  readonly objectsUrl: string;
}
