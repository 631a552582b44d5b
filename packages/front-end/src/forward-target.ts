import type { Target } from '@entente/sip-proxy';

/** Where a request goes: what the registrar knows, or a server by name. */
export interface ForwardTarget extends Target {
  readonly server?: string | undefined;
}
