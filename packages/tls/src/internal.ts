/**
 * What the servers of this project share with `@entente/tls`. It is not public: a version may change it without saying so.
 *
 * @internal
 */
export { addressGroup } from './listen/address-group.ts';
export { holdPort, type ListenPlace } from './listen/listen.ts';
export { keepPlace } from './listen/unproven-places.ts';
export { type LeftOut, RefusalLimit, type RefusedPeer } from './log/refusal-limit.ts';
export { shortText } from './log/short-text.ts';
