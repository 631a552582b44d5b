import { describe, expect, it } from 'vitest';
import { checkPurity } from './purity.ts';
import { plantTree } from './testing/planted-tree.ts';

function problems(text: string, path = 'packages/trust/src/a.ts'): string[] {
  using tree = plantTree({ [path]: text });
  return checkPurity(tree.root).map(({ message }) => message);
}

describe('the purity rule', () => {
  it('refuses the clock, however it is reached', () => {
    const forms = [
      'export const now = Date.now();',
      'export const now = new Date();',
      'export const now = new Date;',
      'export const now = new Date(...[]);',
      'export const now = Date();',
      "export const now = Date['now']();",
      'const { now } = Date;\nexport const a = now();',
      'const D = Date;\nexport const a = D.now();',
      'export const a = { Date };',
      'export const now = performance.now();',
      'export const now = process.hrtime();',
      'export const now = globalThis.Date.now();',
      "export const now = globalThis['Date'].now();",
      "import { performance } from 'node:perf_hooks';\nexport const a = performance;",
      'export const now = (clock = Date.now) => clock();',
    ];
    for (const form of forms) expect(problems(form), form).not.toEqual([]);
  });

  it('refuses randomness', () => {
    const forms = [
      'export const a = Math.random();',
      'const { random } = Math;\nexport const a = random();',
      'export const a = crypto.randomUUID();',
      "import { randomBytes } from 'node:crypto';\nexport const a = randomBytes(8);",
      "import { randomInt as verify } from 'node:crypto';\nexport const a = verify(8);",
      "import * as crypto from 'node:crypto';\nexport const a = crypto.randomBytes(8);",
      "import crypto from 'crypto';\nexport const a = crypto.randomBytes(8);",
      "export { randomBytes } from 'node:crypto';",
      "export const a = await import('node:crypto');",
      "import { generateKeyPairSync } from 'node:crypto';\nexport const a = generateKeyPairSync;",
      "import { sign } from 'node:crypto';\nexport const a = sign;",
    ];
    for (const form of forms) expect(problems(form), form).not.toEqual([]);
  });

  it('refuses timers, network, files, process and terminal', () => {
    const forms = [
      'setTimeout(() => undefined, 1);',
      'export const a = setInterval;',
      "import { setTimeout as sleep } from 'node:timers/promises';\nexport const a = sleep;",
      "import net from 'node:net';\nexport const a = net;",
      "import type { Socket } from 'node:net';\nexport type A = Socket;",
      "import { readFileSync } from 'fs';\nexport const a = readFileSync;",
      "import 'node:dns/promises';",
      "import 'node:http';",
      "import 'node:tls';",
      "const name = 'node:fs';\nexport const a = import(name);",
      "export const a = process.getBuiltinModule('fs');",
      'export const a = fetch;',
      "console.log('x');",
      'export const a = AbortSignal.timeout(5);',
      'Atomics.wait(new Int32Array(1), 0, 0);',
      "export const a = eval('1');",
    ];
    for (const form of forms) expect(problems(form), form).not.toEqual([]);
  });

  it('passes what only computes', () => {
    const forms = [
      'export const at = (ms: number) => new Date(ms).toISOString();',
      'export const at = Date.UTC(2026, 0, 1) + Date.parse("2026-01-01T00:00:00Z");',
      'export const is = (value: unknown) => value instanceof Date;',
      'export const a = Math.max(1, 2);',
      "import { createHash, verify, type KeyObject } from 'node:crypto';\nexport const a = [createHash, verify];\nexport type K = KeyObject;",
      'export const a = (now: number, process: () => void) => process() ?? now;',
      'export function a(fetch: (url: string) => string) { return fetch("x"); }',
      'export const a = (clock: { performance: number; Date: string }) => clock.performance + clock.Date;',
      'export type Timer = ReturnType<typeof setTimeout>;',
      'export const a = { crypto: 1, setTimeout: 2 };',
      'export const a = (signal: AbortSignal) => signal.aborted || AbortSignal.any([signal]).aborted;',
    ];
    for (const form of forms) expect(problems(form), form).toEqual([]);
  });

  it('holds on floors 0 to 3 only, and not where the house allows the platform', () => {
    const clock = 'export const a = Date.now();';
    const pure = ['x509', 'sip', 'trust', 'topology', 'pki', 'federation', 'sip-proxy'];
    for (const room of pure) expect(problems(clock, `packages/${room}/src/a.ts`), room).toHaveLength(1);
    const free = ['packages/tls/src/a.ts', 'packages/trust/src/node/a.ts', 'packages/pki/src/client/a.ts'];
    free.push('packages/host/src/a.ts', 'apps/cli/src/a.ts', 'packages/trust/src/a.test.ts');
    for (const path of free) expect(problems(clock, path), path).toEqual([]);
    expect(problems(clock, 'packages/trust/src/nodes.ts')).toHaveLength(1);
  });
});
