export {
  type FramerOptions,
  type FramerSink,
  pingBytes,
  pongBytes,
  StreamFramer,
} from './framing/stream-framer.ts';
export { parseWebSocketMessage } from './framing/websocket.ts';
export { parseRetryAfter, type RetryAfterValue } from './headers/comment.ts';
export { type ContentDisposition, parseContentDisposition } from './headers/content-disposition.ts';
export { CSeq, maxSequence, parseCSeq } from './headers/cseq.ts';
export { formatSipDate, parseSipDate } from './headers/date.ts';
export {
  type EventValue,
  parseEvent,
  parseSubscriptionState,
  type SubscriptionStateValue,
} from './headers/event.ts';
export { type Identity, parseIdentity } from './headers/identity.ts';
export { type MediaType, parseMediaType } from './headers/media-type.ts';
export { NameAddr, type NameAddrParts, parseNameAddr } from './headers/name-addr.ts';
export { type OutboundContact, outboundOf } from './headers/outbound.ts';
export { type PrivacyService, parsePrivacy } from './headers/privacy.ts';
export { qualityOf } from './headers/quality.ts';
export { parseRAck, parseRSeq, RAck } from './headers/rack.ts';
export { parseReason, Reason } from './headers/reason.ts';
export { parseReplaces, Replaces } from './headers/replaces.ts';
export {
  minSessionInterval,
  parseMinSE,
  parseSessionExpires,
  type Refresher,
  SessionExpires,
} from './headers/session-expires.ts';
export { parseTargetDialog, TargetDialog } from './headers/target-dialog.ts';
export { magicCookie, parseVia, Via, type ViaParts } from './headers/via.ts';
export { parseWarning, Warning } from './headers/warning.ts';
export * from './machines.ts';
export { checkMessage } from './message/check-message.ts';
export { checkSize } from './message/check-size.ts';
export { createRequest, type RequestParts } from './message/create-request.ts';
export { createResponse, type ResponseParts } from './message/create-response.ts';
export { edit, MessageEditor } from './message/edit.ts';
export type { HeaderFields, HeaderValue } from './message/header-field.ts';
export { usualName } from './message/header-names.ts';
export { type Capabilities, inspectRequest } from './message/inspect-request.ts';
export { defaultLimits, type MessageLimits } from './message/limits.ts';
export {
  type MessageFault,
  type ParsedMessage,
  parseMessage,
  parseWire,
} from './message/parse-message.ts';
export type { CheckDepth, ParseOptions } from './message/parse-options.ts';
export type { PlainRequest } from './message/plain-request.ts';
export { reasonPhrase } from './message/reason-phrases.ts';
export { SipRequest } from './message/request.ts';
export { SipResponse } from './message/response.ts';
export type { SipMessage } from './message/sip-message.ts';
export { withoutTopVia } from './message/without-top-via.ts';
export { Parameters, type ParameterValue } from './parameters/parameters.ts';
export { detached } from './syntax/detached.ts';
export {
  type Parsed,
  SipArgumentError,
  type SipProblem,
  type SipProblemCode,
  SipSyntaxError,
} from './syntax/problem.ts';
export { addressOfRecord, uriEquals } from './uri/compare-uri.ts';
export { canonicalHost } from './uri/ip-address.ts';
export { parseUri } from './uri/parse-uri.ts';
export { requestUriOf } from './uri/request-uri.ts';
export { encodeUriHeaders, OpaqueUri, SipUri, type SipUriParts, TelUri, type Uri } from './uri/uri.ts';
