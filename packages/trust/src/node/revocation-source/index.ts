export type { RevocationKnowledge } from '../../knowledge/revocation-knowledge.ts';
export {
  type RevocationLists,
  type RevocationSourceRule,
  type RevocationSourceUnderTest,
  revocationSourceCompliance,
} from './compliance.ts';
export { FakeRevocationSource } from './fake-revocation-source.ts';
export type { RevocationSource } from './revocation-source.ts';
