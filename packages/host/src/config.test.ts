import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  bytesInFlightConfig,
  connectionLimitsConfig,
  loadConfig,
  type OperatorFault,
  parseConfig,
} from './index.ts';

const schema = z.strictObject({
  domain: z.string(),
  listen: z.strictObject({ port: z.int().min(0).max(65_535) }),
});

function faultOf(action: () => unknown): OperatorFault {
  try {
    action();
  } catch (error) {
    return error as OperatorFault;
  }
  throw new Error('expected a fault');
}

describe('configuration', () => {
  it('gives the value of the schema', () => {
    const value = parseConfig('domain: contoso.example\nlisten: { port: 5061 }\n', 'pool.yaml', schema);
    expect(value).toEqual({ domain: 'contoso.example', listen: { port: 5061 } });
  });

  it('refuses a file in another encoding than UTF-8', () => {
    const folder = mkdtempSync(join(tmpdir(), 'entente-config-'));
    try {
      const file = join(folder, 'pool.yaml');
      writeFileSync(file, 'domain: contoso.example # Büro\nlisten: { port: 5061 }\n', 'latin1');
      const fault = faultOf(() => loadConfig(file, schema));
      expect(fault).toMatchObject({ code: 'ENTENTE_NOT_UTF8', place: `${file}:1:28` });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('refuses an unknown field and names its line and column', () => {
    const fault = faultOf(() =>
      parseConfig('domain: contoso.example\nlisten:\n  prot: 1\n  port: 2\n', 'pool.yaml', schema),
    );
    expect(fault).toMatchObject({ code: 'ENTENTE_CONFIG_UNKNOWN_FIELD', place: 'pool.yaml:3:3' });
    expect(fault.message).toContain('listen.prot');
    expect(fault.remedy).toBe('write port if that is meant, or remove it');
  });

  it('names a misspelt field rather than the one it leaves missing', () => {
    const fault = faultOf(() =>
      parseConfig('domian: contoso.example\nlisten: { port: 2 }\n', 'pool.yaml', schema),
    );
    expect(fault).toMatchObject({ code: 'ENTENTE_CONFIG_UNKNOWN_FIELD', place: 'pool.yaml:1:1' });
  });

  it('names the fields that there are where none is near the unknown one', () => {
    const fault = faultOf(() => parseConfig('colour: red\n', 'pool.yaml', schema));
    expect(fault.remedy).toMatch(/^remove it; the fields here are domain, /);
  });

  it('names the nearest field of a part in a list, and of one with a name of its own', () => {
    const inside = z.strictObject({ address: z.string() });
    const forms = z.object({
      list: z.array(inside).optional(),
      named: z.record(z.string(), inside).default({}),
    });
    for (const text of ['list: [{ adress: a }]', 'named: { b: { adress: a } }']) {
      const fault = faultOf(() => parseConfig(text, 'pool.yaml', forms));
      expect(fault.remedy).toBe('write address if that is meant, or remove it');
    }
  });

  it('refuses a value of another kind and names its place', () => {
    const fault = faultOf(() =>
      parseConfig('domain: contoso.example\nlisten: { port: high }\n', 'pool.yaml', schema),
    );
    expect(fault).toMatchObject({ code: 'ENTENTE_CONFIG_INVALID', place: 'pool.yaml:2:17' });
  });

  it('names a missing field, and the place of its parent', () => {
    const fault = faultOf(() => parseConfig('domain: contoso.example\nlisten: {}\n', 'pool.yaml', schema));
    expect(fault).toMatchObject({
      code: 'ENTENTE_CONFIG_INVALID',
      place: 'pool.yaml:2:9',
      message: 'the field "listen.port" is missing',
      remedy: 'add the field',
    });
  });

  it.each([
    ['domain: 5\nlisten: { port: 1 }', 'the field "domain" is not valid: expected string, received number'],
    [
      'domain: a\nlisten: { port: 70000 }',
      'the field "listen.port" is not valid: Too big: expected number to be <=65535',
    ],
  ])('says what was expected and what was found: %j', (text, sentence) => {
    expect(faultOf(() => parseConfig(text, 'pool.yaml', schema)).message).toBe(sentence);
  });

  it.each(['', '\n', '# nothing yet\n', '---\n'])(
    'says of an empty file that it is empty, and what it needs: %j',
    (text) => {
      expect(faultOf(() => parseConfig(text, 'pool.yaml', schema))).toMatchObject({
        code: 'ENTENTE_CONFIG_INVALID',
        place: 'pool.yaml',
        message: 'the file is empty',
        remedy: 'write the fields that it needs: domain, listen',
      });
      const all = z.strictObject({ port: z.int().optional() });
      expect(faultOf(() => parseConfig(text, 'pool.yaml', all))).toMatchObject({
        message: 'the file is empty',
        remedy: expect.stringContaining('{} for none'),
      });
    },
  );

  it('says so where none of several kinds of value fits', () => {
    const either = z.strictObject({ address: z.union([z.ipv4(), z.ipv6()]) });
    expect(faultOf(() => parseConfig('address: here\n', 'pool.yaml', either)).message).toBe(
      'the field "address" is not valid',
    );
  });

  it('refuses text that is not YAML', () => {
    const fault = faultOf(() => parseConfig('domain: [a\n', 'pool.yaml', schema));
    expect(fault.code).toBe('ENTENTE_CONFIG_SYNTAX');
  });

  it('refuses an alias bomb', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x]',
      'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]',
      'c: [*b,*b,*b,*b,*b,*b,*b,*b,*b]',
    ].join('\n');
    expect(faultOf(() => parseConfig(bomb, 'pool.yaml', schema)).code).toBe('ENTENTE_CONFIG_SYNTAX');
  });

  it('says that it found a directory where it expected a file', () => {
    const fault = faultOf(() => loadConfig(import.meta.dirname, schema));
    expect(fault).toMatchObject({
      code: 'ENTENTE_CONFIG_MISSING',
      place: import.meta.dirname,
      sentence: 'expected a file, found a directory',
      remedy: expect.stringContaining('--config'),
    });
  });

  it('names the setting that names the file, where that is not --config', () => {
    const fault = faultOf(() => loadConfig('/nonexistent/users.yaml', schema, 'correct "users"'));
    expect(fault).toMatchObject({ remedy: 'correct "users"' });
  });

  it('says which file does not exist', () => {
    const fault = faultOf(() => loadConfig('/nonexistent/pool.yaml', schema));
    expect(fault).toMatchObject({ code: 'ENTENTE_CONFIG_MISSING', place: '/nonexistent/pool.yaml' });
  });
});

describe('limits of connections', () => {
  const parse = (text: string) =>
    parseConfig(text, 'pool.yaml', z.strictObject({ limits: connectionLimitsConfig }));

  it('are taken within their ranges', () => {
    const limits = { maxConnections: 500, maxConnectionsPerAddress: 50 };
    expect(parse(`limits: ${JSON.stringify(limits)}\n`)).toEqual({ limits });
  });

  it.each([
    ['maxConnections', '99'],
    ['maxConnections', '.inf'],
    ['maxConnectionsPerAddress', '9'],
    ['maxConnectionsPerAddress', '100001'],
    ['maxConnectionsPerAddress', '.nan'],
    ['maxConnectionsPerAddress', 'null'],
    ['maxConnectionsPerAddress', 'off'],
  ])('are refused outside: %s %s', (name, value) => {
    expect(faultOf(() => parse(`limits: { ${name}: ${value} }\n`))).toMatchObject({
      code: 'ENTENTE_CONFIG_INVALID',
      place: expect.stringMatching(/^pool\.yaml:1:/),
    });
  });
});

describe('the ceiling for messages under way', () => {
  const parse = (value: string) =>
    parseConfig(
      `maxBytesInFlight: ${value}\n`,
      'pool.yaml',
      z.strictObject({ maxBytesInFlight: bytesInFlightConfig }),
    );

  it('is taken within its range', () => {
    expect(parse('67108864')).toEqual({ maxBytesInFlight: 67_108_864 });
  });

  it.each(['0', '1000', '-1', '.inf', '.nan', 'off', 'null'])('is refused outside: %s', (value) => {
    expect(faultOf(() => parse(value))).toMatchObject({ code: 'ENTENTE_CONFIG_INVALID' });
  });
});
