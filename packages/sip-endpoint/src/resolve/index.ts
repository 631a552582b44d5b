export { type AnswerCacheRules, defaultAnswerCacheRules } from './answer-cache.ts';
export {
  complianceZone,
  type ResolverRule,
  type ResolverUnderTest,
  resolverCompliance,
} from './compliance.ts';
export { FakeResolver, type ResolverZone } from './fake-resolver.ts';
export { orderServices, type ServiceRecord } from './order-services.ts';
export { type ServiceAddress, ServiceLocator, type ServiceLocatorOptions } from './service-locator.ts';
export type { AddressRecord, NaptrRecord, ServiceResolver } from './service-resolver.ts';
export { type SipTarget, sipTarget } from './sip-target.ts';
