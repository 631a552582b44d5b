import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuthorityOptions, openAuthority, type ServiceAuthority } from '@entente/pki/node';
import { afterEach, beforeEach } from 'vitest';
import { HandClock } from './hand-clock.ts';

/** Runs of a program that opens an authority of contoso.example, in a folder of its own for each test. */
export function serviceRuns() {
  let folder: string;
  let clock: HandClock;
  let open: ServiceAuthority[] = [];
  /** Ends the run of the program. */
  const end = async (): Promise<void> => {
    for (const authority of open) await authority[Symbol.asyncDispose]();
    open = [];
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-service-'));
    clock = new HandClock();
  });
  afterEach(async () => {
    await end();
    await rm(folder, { recursive: true, force: true });
  });
  const directory = (): string => join(folder, 'ca');
  const authority = async (changes: Partial<AuthorityOptions> = {}): Promise<ServiceAuthority> => {
    const opened = await openAuthority({
      directory: directory(),
      domain: 'contoso.example',
      clock,
      ...changes,
    });
    open.push(opened);
    return opened;
  };
  return {
    /** The folder of the test. */
    folder: (): string => folder,
    /** The folder of the authority in it. */
    directory,
    inFolder: (name: string): string => join(directory(), name),
    clock: (): HandClock => clock,
    authority,
    end,
    /** Ends the run of the program, and begins the next one. */
    async again(changes: Partial<AuthorityOptions> = {}): Promise<ServiceAuthority> {
      await end();
      return authority(changes);
    },
  };
}
