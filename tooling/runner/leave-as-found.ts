import { afterAll, vi } from 'vitest';

/**
 * Set-up file of every test file, read again before each. Files of tests share a process, so that what they import is loaded once; what a file
 * changes of the process it therefore undoes, or it fails.
 */
const before = { directory: process.cwd(), variables: { ...process.env } };

afterAll(() => {
  const left = whatIsLeft();
  // The next file is not to fail for it.
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  process.chdir(before.directory);
  for (const name of changedVariables()) restore(name, before.variables[name]);
  if (left.length > 0) throw new Error(`this file leaves the process changed: ${left.join(', ')}`);
});

function whatIsLeft(): readonly string[] {
  return [
    ...(vi.isFakeTimers() ? ['fake timers'] : []),
    ...(vi.isMockFunction(process.stdout.write) || vi.isMockFunction(process.stderr.write)
      ? ['what writes to the terminal']
      : []),
    ...(process.cwd() === before.directory ? [] : ['the working directory']),
    ...changedVariables().map((name) => `the variable ${name}`),
  ];
}

function changedVariables(): readonly string[] {
  const names = new Set([...Object.keys(before.variables), ...Object.keys(process.env)]);
  return [...names].filter((name) => process.env[name] !== before.variables[name]);
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
