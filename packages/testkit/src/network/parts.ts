/** What a network is put together from, for tools that run its servers in their own process. */
export {
  type Administrator,
  createAdministrator,
  es256Signer,
} from './administrator.ts';
export { type DnsServer, startDnsServer } from './dns-server.ts';
export { freePorts } from './free-ports.ts';
export {
  addressesOf,
  anchorOf,
  layOut,
  type Organisation,
  portsNeeded,
  type ServerPlace,
  type TestUser,
  topologyOf,
} from './organisation.ts';
export { type PreparedOrganisation, prepareOrganisation } from './prepare-organisation.ts';
export { runnable } from './runnable.ts';
