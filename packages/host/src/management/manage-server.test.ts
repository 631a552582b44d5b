import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLogger } from '../logger.ts';

const output = '../standard-output.ts';
const openFiles = './open-files.ts';

beforeEach(() => {
  vi.resetModules();
  vi.doMock(output, async (original) => ({
    ...(await original<object>()),
    standardOutputFailure: () => 'ENOSPC',
  }));
  vi.doMock(openFiles, async (original) => ({
    ...(await original<object>()),
    countOpenFiles: () => ({ open: 1_000, most: 1_000 }),
  }));
});
afterEach(() => {
  vi.doUnmock(output);
  vi.doUnmock(openFiles);
  vi.resetModules();
});

it.each([
  ['with a listener for health', { address: '127.0.0.1', port: 0 }],
  ['without one', undefined],
])('a member reports what its health has, also that its log cannot be written: %s', async (_, management) => {
  const problem = {
    part: 'files',
    message: 'expected a folder, found none',
    remedy: 'Put it back.',
    stops: false,
  };
  const { manageServer } = await import('./manage-server.ts');
  const reportProblems = vi.fn<(problems: () => readonly object[]) => void>();
  const running = {
    member: { reportProblems },
    problems: () => [problem],
    async [Symbol.asyncDispose]() {},
  };
  const logger = createLogger({ app: 'edge-server', source: 'edge1.contoso.example', level: 'error' });
  await using _server = await manageServer(
    { fqdn: 'edge1.contoso.example', logger, management },
    async () => running,
  );
  expect(reportProblems).toHaveBeenCalledOnce();
  expect(reportProblems.mock.calls[0]?.[0]()).toMatchObject([
    problem,
    { part: 'log', stops: false },
    { part: 'open-files', stops: false },
  ]);
});
