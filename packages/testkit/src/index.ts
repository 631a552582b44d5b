export {
  createTestAuthority,
  type TestAuthority,
  type TestCertificate,
  type TestCertificateOptions,
  testAuthorityFrom,
} from './test-authority.ts';
