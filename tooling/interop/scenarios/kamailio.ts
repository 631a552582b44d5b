import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@entente/testkit';
import { Started } from '../calls/started.ts';
import { StepLog } from '../calls/step-log.ts';
import { capturing, startCapture } from '../capture/capture.ts';
import { describeCaptured } from '../capture/describe-captured.ts';
import { runGateway } from '../kamailio/gateway-run.ts';
import { readGuide } from '../kamailio/guide.ts';
import { OpensslAuthority, serveList } from '../kamailio/openssl-authority.ts';
import { startOurs } from '../kamailio/our-network.ts';
import { PartnerRun } from '../kamailio/partner-run.ts';
import type { InteropScenario } from '../scenario.ts';

/**
 * Kamailio, set up by the guide to servers of another maker, as the proxy of a partner domain with a CA of its own, and as our gateway to the
 * telephone network.
 */
export const scenario: InteropScenario = {
  name: 'kamailio',
  needs: [
    { program: 'kamailio', package: 'kamailio kamailio-tls-modules' },
    { program: 'baresip', package: 'baresip-core' },
    { program: 'openssl', package: 'openssl' },
    capturing,
  ],
  timeoutMs: 240_000,
  async run(options) {
    const log = new StepLog(options);
    const { signal } = options;
    const folder = await mkdtemp(join(tmpdir(), 'entente-kamailio-'));
    try {
      const controlPorts = await freePorts(6);
      await using capture = await startCapture(controlPorts);
      const guide = await readGuide(folder);
      const authority = new OpensslAuthority(guide, 'fabrikam', signal);
      const otherAuthority = new OpensslAuthority(guide, 'litware', signal);
      await authority.create();
      await otherAuthority.create();
      await using started = new Started(signal);
      started.own(await serveList(join(folder, 'fabrikam/root.crl')));
      const other = { domain: 'litware.example', root: otherAuthority.root };
      const network = started.own(await startOurs(guide, other, options));
      const setting = { guide, network, log, signal, started, controlPorts: [...controlPorts] };
      await new PartnerRun(setting, authority, otherAuthority).run();
      await runGateway(setting, authority);
      await log.step('every file and every command of the guide was used', async () => {
        const unused = guide.unused();
        if (unused.length > 0) throw new Error(`not used: ${unused.join('; ')}`);
        return 'none is left';
      });
      await log.step('nothing of SIP passed outside TLS', async () =>
        describeCaptured(await capture.finish()),
      );
      return log.steps;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
