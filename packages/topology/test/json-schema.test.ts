import { readFile } from 'node:fs/promises';
import { topologyJsonSchema } from '@entente/topology';
import { describe, expect, it } from 'vitest';

const published = new URL('../schema/topology.schema.json', import.meta.url);

describe('the JSON Schema for editors', () => {
  it('is published as the code has it; write it again with `entente topology schema`', async () => {
    expect(JSON.parse(await readFile(published, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(topologyJsonSchema())),
    );
  });

  it('allows no unknown field anywhere but in the list of users', () => {
    const open: string[] = [];
    const walk = (value: unknown, path: string) => {
      if (typeof value !== 'object' || value === null) return;
      const schema = value as Record<string, unknown>;
      if (schema.type === 'object' && schema.additionalProperties !== false) open.push(path);
      for (const [key, member] of Object.entries(schema)) walk(member, `${path}/${key}`);
    };
    walk(topologyJsonSchema(), '');
    expect(open).toEqual(['/properties/users']);
  });
});
