export type { Administrator } from './network/administrator.ts';
export type { AppProcess, LogRecord } from './network/app-process.ts';
export type { CommandOutcome, DemoUser } from './network/demo-user.ts';
export type { DnsServer } from './network/dns-server.ts';
export { freePorts } from './network/free-ports.ts';
export type { Network, NetworkOptions, ServerProgram, UserAccount } from './network/network.ts';
export type { EdgePlace, Organisation, ServerPlace, TestUser } from './network/organisation.ts';
export { startNetwork } from './network/start-network.ts';
export { StepClock } from './step-clock.ts';
export {
  createTestAuthority,
  type TestAuthority,
  type TestCertificate,
  type TestCertificateOptions,
} from './test-authority.ts';
export { createTestLog, type TestLog, type TestLogLine } from './test-log.ts';
