import { sampleDocument, sampleFrontEnd } from '@entente/testkit/topology';
import { checkDocument, defaultPorts, type TopologyDocument, topologyJsonSchema } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { defaultPolicies } from '../../packages/topology/src/document/policies.ts';
import { read } from './repository-text.ts';

const page = read('docs/reference/topology.md');

/** Each row of the tables: the settings in its first cell, and what the rest says. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [, first = '', ...rest] = line.split(/(?<!\\)\|/);
    return { names: [...first.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''), says: rest.join('|') };
  });

function rowOf(setting: string) {
  const covers = (name: string) =>
    name === setting || (name.endsWith('.*') && setting.startsWith(name.slice(0, -1)));
  return rows.find(({ names }) => names.some(covers));
}

function leavesOf(value: unknown, path: readonly string[]): readonly (readonly [string[], unknown])[] {
  if (typeof value !== 'object' || value === null) return [[[...path], value]];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...path, name]));
}

const isIdle = (document: TopologyDocument): boolean =>
  checkDocument(document).some(({ code }) => code === 'setting-not-enforced');

function another(value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  return value === 'required' ? 'optional' : value === 'optional' ? 'required' : 'hard-fail';
}

describe('the page about the topology', () => {
  it.each(Object.entries(defaultPorts))('lists the ports of %s with their defaults', (role, sides) => {
    const [, , inside = '', outside = ''] =
      page
        .split('\n')
        .find((line) => line.startsWith(`| \`${role}\` `))
        ?.split('|') ?? [];
    const listed = (cell: string) =>
      Object.fromEntries(
        [...cell.matchAll(/`(\w+)` (\d+)/g)].map(([, service = '', port]) => [service, Number(port)]),
      );
    expect({ internal: listed(inside), external: listed(outside) }).toEqual({ external: {}, ...sides });
  });

  it.each(
    leavesOf(defaultPolicies, []).map(([path, value]) => [['policies', ...path].join('.'), path, value]),
  )('says of %s whether anything acts on it', (setting, path, value) => {
    const row = rowOf(setting as string);
    expect(row).toBeDefined();
    const changed = (path as string[]).reduceRight<unknown>(
      (inner, name) => ({ [name]: inner }),
      another(value),
    );
    const document = sampleDocument({ policies: changed as NonNullable<TopologyDocument['policies']> });
    expect(/nothing yet/i.test(row?.says ?? ''), row?.says).toBe(isIdle(document));
  });

  it.each([
    'outboundOnly',
    'treatAsAuthenticated',
    'throttleAsServer',
    'requiresReplication',
    'assertsUsers',
    'trustedWithIdentities',
  ])('says of the flag %s whether anything acts on it', (flag) => {
    const row = rowOf(`servers[].flags.${flag}`);
    const document = sampleDocument({ servers: [{ ...sampleFrontEnd, flags: { [flag]: true } }] });
    expect(/nothing yet/i.test(row?.says ?? ''), row?.says).toBe(isIdle(document));
  });

  it('names every field of the document', () => {
    const { properties = {} } = topologyJsonSchema() as { readonly properties?: object };
    const named = rows.flatMap(({ names }) => names);
    const missing = Object.keys(properties).filter(
      (field) => !named.some((name) => name.split(/[.[]/)[0] === field) && field !== 'format',
    );
    expect(missing).toEqual([]);
  });
});
