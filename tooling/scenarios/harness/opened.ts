import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenedParts } from '../../../packages/sip-relay/src/server/opened-parts.ts';

/** What a network or a test has opened; it ends in the opposite order. */
export class Opened extends OpenedParts {
  /** A folder of its own, which is removed at the end. */
  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'entente-scenario-'));
    this.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    return folder;
  }
}
