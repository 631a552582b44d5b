import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { Paper } from './paper.ts';

it('the account has nothing behind its end, whatever servers say while they stop', () => {
  const stream = new PassThrough();
  const paper = new Paper(stream as unknown as NodeJS.WriteStream);
  paper.text('the last line');
  paper.end();
  paper.text('a connection is open');
  expect(String(stream.read())).toBe('the last line\n');
});
