export {
  type RequestPolicyRule,
  type RequestPolicySetup,
  requestPolicyCompliance,
} from './compliance.ts';
export { FakeRequestPolicy } from './fake-request-policy.ts';
export {
  type PolicyRefusal,
  type RequestPolicy,
  type RequestView,
  requestPolicyPort,
} from './request-policy.ts';
