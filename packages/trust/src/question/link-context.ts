/**
 * On which link the question is asked.
 */
export interface LinkContext {
  /** What the link is called in logs, e.g. `13 front-end–front-end` or `tls`. */
  readonly name: string;
  /** Who opened the connection: `inbound` means the peer dialled us. */
  readonly direction: 'inbound' | 'outbound';
  /** Our interface: `internal`, `external`, or the caller's own word. Anchors may be limited to interfaces. */
  readonly interface: string;
  /** Which extended key usage the peer's certificate needs: `server` (serverAuth) or `client` (clientAuth). */
  readonly purpose: 'server' | 'client';
  /** Our own FQDN, where it matters for authorisation. */
  readonly local?: string;
}
