import { RefusalLimit } from '@entente/tls/internal';
import { expect, it } from 'vitest';
import { logListFailure } from './log-list-failure.ts';

it('lists that cannot be fetched fill no log, however many a partner names, and their number is said', () => {
  let now = 0;
  const lines: unknown[] = [];
  const warn = (fields: unknown) => void lines.push(fields);
  const failed = logListFailure({ warn } as never, new RefusalLimit(() => now));
  for (let index = 0; index < 500; index++) failed(`http://pki.fabrikam.example/${index}`, 'status 404');
  expect(lines).toHaveLength(10);
  failed('http://pki.northwind.example/list', 'status 404');
  expect(lines).toHaveLength(11);
  now += 1_000;
  failed('http://pki.fabrikam.example/500', 'status 404');
  expect(lines.at(-1)).toEqual({
    event: 'list-not-fetched',
    peer: 'http://pki.fabrikam.example/500',
    more: 490,
  });
});
