export { type AgentOptions, agent } from './agent.ts';
export { type Clock, systemClock } from './clock.ts';
export { connect, type TrustedSocket } from './connect.ts';
export type { AskedName, ConnectOptions, OutboundOptions } from './connect-options.ts';
export { createTrust, type OwnedTrust, type TrustSupplier } from './create-trust.ts';
export type { HttpOutboundOptions } from './dial-for.ts';
export {
  type DispatcherClass,
  type DispatcherOptions,
  dispatcher,
  type UndiciCallback,
  type UndiciTarget,
} from './dispatcher.ts';
export { isTrustError, TlsFault, type TlsFaultCode, TrustError } from './fault.ts';
export type { Credential, CredentialSource, KeyMaterial } from './identity.ts';
export { type LoadCredentialOptions, loadCredential } from './load-identity.ts';
export { type AnchorLocation, type CrlLocation, type OpenTrustOptions, openTrust } from './open-trust.ts';
export {
  type HasSocket,
  type Peer,
  type Protection,
  peerOf,
  type RefusedVerdict,
  type TrustedVerdict,
} from './peer.ts';
export { type ProbedServer, type ProbeOptions, serverChain } from './probe.ts';
export type { ConnectionRefusal } from './refusal.ts';
export { refusedByPeer } from './refused-by-peer.ts';
export {
  type Http2Handler,
  type Http2Module,
  type HttpsModule,
  type SocketHandler,
  serve,
  type TlsModule,
  type TrustedServer,
} from './serve.ts';
export type {
  Allow,
  HttpSettings,
  ListenOptions,
  MutualServeOptions,
  PlainServeOptions,
  ServeLimits,
  ServeOptions,
} from './serve-options.ts';
export type { ChangeScope, Trust, TrustChange } from './trust.ts';
