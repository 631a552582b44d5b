import { describe, expect, it } from 'vitest';
import { lightFirst } from './serve-light-clients-first.ts';

const reader = (name: string, recentBytes: number | undefined) => ({ name, recentBytes, readArrived() {} });
const order = (...readers: ReturnType<typeof reader>[]) =>
  lightFirst(readers).map((one) => (one as (typeof readers)[number]).name);

describe('who is read first while there is too much to do', () => {
  it('is anyone who has sent little, whenever it came', () => {
    expect(
      order(reader('flood', 200_000), reader('much', 20_000), reader('one', 700), reader('two', 4_000)),
    ).toEqual(['one', 'two', 'flood', 'much']);
  });

  it('is not who has sent a little less than others', () => {
    expect(order(reader('a', 900), reader('b', 300), reader('c', 600))).toEqual(['a', 'b', 'c']);
    expect(order(reader('a', 200_000), reader('b', 150_000))).toEqual(['a', 'b']);
  });

  it('leaves links their places: what waits there is of many', () => {
    expect(
      order(
        reader('flood', 200_000),
        reader('link', undefined),
        reader('one', 700),
        reader('another link', undefined),
        reader('much', 20_000),
      ),
    ).toEqual(['one', 'link', 'flood', 'another link', 'much']);
  });
});
