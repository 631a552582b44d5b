import type { InScope } from './check.ts';
import type { MustSection } from './must.ts';
import { forwarding } from './rfc3261-forwarding.ts';
import { registrations } from './rfc3261-registrations.ts';
import { requests } from './rfc3261-requests.ts';
import { responses } from './rfc3261-responses.ts';
import { stateless } from './rfc3261-stateless.ts';
import { path } from './rfc3327.ts';
import { flowServers } from './rfc5626-servers.ts';
import { flowUserAgents } from './rfc5626-user-agents.ts';
import { gruuServers } from './rfc5627-servers.ts';
import { gruuUserAgents } from './rfc5627-user-agents.ts';

/** Every MUST of RFC 3261 §10 and §16 and of RFC 3327, 5626 and 5627, in the order of the texts. */
export const mustSections: readonly MustSection[] = [
  ...registrations,
  ...requests,
  ...forwarding,
  ...responses,
  ...stateless,
  ...path,
  ...flowUserAgents,
  ...flowServers,
  ...gruuUserAgents,
  ...gruuServers,
];

/** Of RFC 3261 registrations and proxies alone, of the others everything. */
export const isInScope: InScope = (rfc, section) => rfc !== 3261 || /^(?:10|16)(?:\.|$)/.test(section);
