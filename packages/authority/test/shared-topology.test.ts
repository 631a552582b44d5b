import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contoso, next, signed } from './contoso.ts';
import { InProcessAuthority } from './in-process-authority.ts';

describe('a version of the topology', () => {
  let run: InProcessAuthority;
  beforeAll(async () => {
    run = await InProcessAuthority.start();
    expect((await run.ask('/topology', signed(next(contoso)))).status).toBe(200);
  });
  afterAll(() => run[Symbol.asyncDispose]());

  it.each(['/topology', '/topology/2', '/topology/1'])(
    'is handed to all who ask for it as views of the same octets: %s',
    async (path) => {
      const octets = async () => {
        const reader = (await run.fetch(path)).body?.getReader();
        const part = await reader?.read();
        await reader?.cancel();
        return part?.value;
      };
      const [one, other] = [await octets(), await octets()];
      expect(one?.length).toBeGreaterThan(0);
      expect(other?.buffer).toBe(one?.buffer);
      expect(other?.byteOffset).toBe(one?.byteOffset);
    },
  );
});
