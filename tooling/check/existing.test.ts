import { describe, expect, it } from 'vitest';
import { checkExisting } from './existing.ts';
import { plantTree } from './testing/planted-tree.ts';

const page = 'floor 2  decisions   trust\nfloor 1  formats     x509\n';
const files = {
  'docs/architecture.md': page,
  'packages/x509/src/index.ts': '',
  'packages/trust/src/node/index.ts': '',
  'packages/testkit/src/index.ts': '',
};
const house = {
  floors: [[], ['x509'], ['trust']],
  testOnlyRoom: 'testkit',
  impure: [{ path: 'packages/trust/src/node/' }, { path: 'packages/x509/src/index.ts' }],
};

function problems(change: Partial<typeof house>, planted: Readonly<Record<string, string>> = {}): string[] {
  using tree = plantTree({ ...files, ...planted });
  return checkExisting(tree.root, { ...house, ...change }).map(({ file, message }) => `${file}: ${message}`);
}

describe('the check of what exists', () => {
  it('passes a house whose rooms, exceptions and picture agree with the folders', () => {
    expect(problems({})).toEqual([]);
  });

  it('refuses a room without a package', () => {
    const drawn = { 'docs/architecture.md': `${page}floor 3  runtime     store-sql\n` };
    expect(problems({ floors: [...house.floors, ['store-sql']] }, drawn)).toEqual([
      'tooling/check/house.ts: lists the room store-sql, but there is no package of that name',
    ]);
    expect(problems({ testOnlyRoom: 'kit' })[0]).toContain('lists the room kit');
  });

  it('refuses an exception from purity for what is not there, or is no folder', () => {
    expect(problems({ impure: [{ path: 'packages/trust/src/http/' }] })).toEqual([
      'tooling/check/house.ts: excepts packages/trust/src/http/ from purity, but there is no such folder',
    ]);
    expect(problems({ impure: [{ path: 'packages/x509/src/index.ts/' }] })).toHaveLength(1);
    expect(problems({ impure: [{ path: 'packages/trust/src/node' }] })).toHaveLength(1);
  });

  it('refuses a picture that lacks a room, shows one more, or shows it on another floor', () => {
    const draw = (text: string) => problems({}, { 'docs/architecture.md': text });
    expect(draw('floor 1  formats     x509\n')).toEqual([
      'docs/architecture.md: shows trust nowhere; the house lists it on floor 2',
    ]);
    expect(draw(`${page}floor 7  apps        console\n`)).toEqual([
      'docs/architecture.md: shows console on floor 7; the house lists it nowhere',
    ]);
    expect(draw('floor 1  formats     x509  trust\n')[0]).toContain('shows trust on floor 1');
  });
});
