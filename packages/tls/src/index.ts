export type {
  Credential,
  CredentialSource,
  IdentitySource,
  KeyMaterial,
  PemSource,
  Pkcs12Source,
} from './credential/credential.ts';
export { type LoadCredentialOptions, loadCredential } from './credential/load-credential.ts';
export { type AgentOptions, agent } from './dial/agent.ts';
export { connect, type TrustedSocket } from './dial/connect.ts';
export type { AskedName, ConnectOptions, OutboundOptions, StreamOptions } from './dial/connect-options.ts';
export type { HttpOutboundOptions } from './dial/dial-for.ts';
export {
  type DispatcherOptions,
  dispatcher,
} from './dial/dispatcher.ts';
export type { DispatcherClass, UndiciCallback, UndiciTarget } from './dial/dispatcher-class.ts';
export {
  type HttpClient,
  type HttpClientLimits,
  type HttpClientOptions,
  httpClient,
} from './dial/http-client.ts';
export { postgresTls } from './dial/postgres-tls.ts';
export { type ProbedServer, type ProbeOptions, serverChain } from './dial/probe.ts';
export { type TrustedStream, trustedStream } from './dial/trusted-stream.ts';
export { isTrustError, TlsFault, type TlsFaultCode, TrustError } from './fault/fault.ts';
export type {
  HandlerOf,
  Http2Handler,
  Http2Module,
  HttpsModule,
  PlatformModule,
  ServerOf,
  SocketHandler,
  TlsModule,
} from './listen/platform-server.ts';
export { serve, type TrustedServer } from './listen/serve.ts';
export type {
  HttpSettings,
  ListenOptions,
  MutualServeOptions,
  PlainServeOptions,
  ServeLimits,
  ServeOptions,
} from './listen/serve-options.ts';
export type { ClosedEvent, VerdictEvent } from './live/trust-channels.ts';
export type { Log } from './log/log.ts';
export { logRefusal } from './log/log-refusal.ts';
export type { RefusalLimit } from './log/refusal-limit.ts';
export type { ConnectionRefusal } from './refusal/connection-refusal.ts';
export { refusedByPeer } from './refusal/refused-by-peer.ts';
export type { Allow } from './trust/allow.ts';
export { type Clock, systemClock } from './trust/clock.ts';
export { createTrust, type OwnedTrust, type TrustSupplier } from './trust/create-trust.ts';
export type { IgnoreUnknownIssuer } from './trust/ignored-certificate.ts';
export type { LinkOptions } from './trust/link.ts';
export { openTrust } from './trust/open-trust.ts';
export type { AnchorLocation, CrlLocation, OpenTrustOptions } from './trust/open-trust-options.ts';
export {
  type Peer,
  type Protection,
  peerOf,
  type RefusedVerdict,
  type TrustedVerdict,
} from './trust/peer.ts';
export type { ChangeScope, Trust, TrustChange } from './trust/trust.ts';
export type { HasSocket } from './trust/underlying-socket.ts';
