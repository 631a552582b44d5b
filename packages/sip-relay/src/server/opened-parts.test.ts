import { expect, it } from 'vitest';
import { OpenedParts } from './opened-parts.ts';

const part = (name: string, ended: string[]): AsyncDisposable => ({
  [Symbol.asyncDispose]: async () => void ended.push(name),
});

it('what a server has opened ends in the opposite order, once', async () => {
  const ended: string[] = [];
  const opened = new OpenedParts();
  opened.use(part('first', ended));
  opened.defer(() => ended.push('second'));
  opened.use(part('third', ended));
  await opened[Symbol.asyncDispose]();
  await opened[Symbol.asyncDispose]();
  expect(ended).toEqual(['third', 'second', 'first']);
});

it('where more of a server cannot be opened, what was opened before ends', async () => {
  const ended: string[] = [];
  const opened = new OpenedParts();
  opened.use(part('first', ended));
  const open = async () => {
    opened.use(part('second', ended));
    throw new Error('in use');
  };
  await expect(opened.orEnd(open)).rejects.toThrow('in use');
  expect(ended).toEqual(['second', 'first']);
});

it('a part that fails to end keeps no other from its end, and hides not why the server does not open', async () => {
  const ended: string[] = [];
  const opened = new OpenedParts();
  const broken = () => Promise.reject(new Error('broken'));
  opened.use(part('first', ended));
  opened.defer(broken);
  opened.use(part('third', ended));
  await expect(opened[Symbol.asyncDispose]()).rejects.toThrow('broken');
  expect(ended).toEqual(['third', 'first']);
  opened.defer(broken);
  await expect(opened.orEnd(() => Promise.reject(new Error('in use')))).rejects.toThrow('in use');
});
