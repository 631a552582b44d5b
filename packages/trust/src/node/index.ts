export { type AnchorDefaults, type AnchorsFromOptions, anchorsFrom } from './anchors-from.ts';
export { type CrlsFromOptions, crlsFrom } from './crls-from.ts';
export { StoreFault, type StoreFaultCode } from './fault.ts';
export { type FetchedObject, fetchObject, type LookUp, type ObjectRequest } from './fetch/fetch-object.ts';
export type { FetchRules, HostList } from './fetch/fetch-rules.ts';
export {
  createIssuerFetcher,
  type IssuerFetcher,
  type IssuerFetcherOptions,
} from './fetch/issuer-fetcher.ts';
export { isPublicAddress } from './fetch/public-address.ts';
export {
  createRevocationFetcher,
  type FetcherOptions,
  type RevocationFetcher,
} from './fetch/revocation-fetcher.ts';
export type { StoreLocation } from './read-blocks.ts';
export { type SystemAnchors, systemAnchors, systemBundles } from './system-anchors.ts';
export type { FollowOptions, Store } from './watched-store.ts';
