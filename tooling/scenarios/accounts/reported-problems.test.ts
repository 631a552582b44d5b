import { StepClock } from '@entente/testkit';
import { afterEach, expect, it, vi } from 'vitest';
import { frontEnds, startAccountsNetwork } from './network.ts';

const [fe01, fe02] = frontEnds;
/** Milliseconds after which a server asks for the trust state again, and reports. */
const minuteMs = 60_000;

afterEach(() => void vi.restoreAllMocks());

it('what a front end says is wrong with it is known to the authority, for administrators to see', async () => {
  const clock = new StepClock(Date.now());
  await using network = await startAccountsNetwork(clock);
  const problem = { part: 'files', message: 'expected a folder, found none', remedy: 'Put it back.' };
  const { server } = network.running.get(fe01)!;
  vi.spyOn(server.member, 'problems').mockReturnValue([{ ...problem, part: 'files', stops: false }]);
  const reported = async () => {
    clock.move(minuteMs);
    const answer = await network.scene.ask('/members', network.scene.alice);
    const { members } = (await answer.json()) as { members: { server: string; problems: unknown[] }[] };
    return members.filter(({ problems }) => problems.length > 0);
  };
  await expect.poll(reported).toMatchObject([{ server: fe01, problems: [problem] }]);
  vi.restoreAllMocks();
  await expect.poll(reported).toEqual([]);
  expect([...network.running.keys()]).toEqual([fe01, fe02]);
});
