export { type AnchorDefaults, type AnchorsFromOptions, anchorsFrom } from './anchors-from.ts';
export { crlsFrom } from './crls-from.ts';
export { StoreFault, type StoreFaultCode } from './fault.ts';
export type { StoreLocation } from './read-blocks.ts';
export type { FollowOptions, Store } from './store.ts';
export { type SystemAnchors, systemAnchors, systemBundles } from './system-anchors.ts';
