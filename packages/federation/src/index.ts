export { isInsideName, mayBeInsideName } from './inside-names.ts';
export {
  assertableIdentities,
  checkPartnerRequest,
  insiderFieldsOf,
  type MessageRejection,
  speaksFor,
} from './message-authority.ts';
export { isHostOfOurs, showsAsOurs } from './names-of-ours.ts';
export { type PartnerAnchors, partnerAnchors } from './partner-anchors.ts';
export { authorisePartner, type PartnerAuthority, type PartnerFound, partnerOfPeer } from './partner-peer.ts';
export { type PartnerRoute, partnerRoute, refusalOfRoute } from './partner-route.ts';
export { pinnedAddresses } from './pinned-addresses.ts';
export { reachesBeyond } from './text-breaks-out-of-line.ts';
