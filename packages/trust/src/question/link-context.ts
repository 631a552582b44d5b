/**
 * The link for which the peer is judged.
 */
export interface LinkContext {
  /** Name of the link in logs, e.g. `13 front-end–front-end` or `tls`. */
  readonly name: string;
  /** Who opened the connection: `inbound` means the peer. */
  readonly direction: 'inbound' | 'outbound';
  /** The interface of this server: `internal`, `external`, or another name. Anchors may be limited to interfaces. */
  readonly interface: string;
  /** Which extended key usage the peer's certificate needs: `server` (serverAuth) or `client` (clientAuth). */
  readonly purpose: 'server' | 'client';
  /** FQDN of this server, where authorisation needs it. */
  readonly local?: string;
}
