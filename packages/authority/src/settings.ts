/** The settings of an authority. */
export interface AuthoritySettings {
  /** The organisation's network, e.g. `contoso.example`. */
  readonly domain: string;
  /** The authority's own FQDN, as the topology lists it. */
  readonly fqdn: string;
  /** Folder that `initialiseAuthority` created. */
  readonly directory: string;
  /** Hash of the administrators who may publish the first topology (`administratorSetHash`). */
  readonly administratorsHash: string;
  /** Address for members: `https://…` without path. Part of join tokens. */
  readonly authorityUrl: string;
  /** Address of CRLs and issuer certificates: `http://…` without path. Part of certificates. */
  readonly objectsUrl: string;
}
