import { setImmediate as othersFirst } from 'node:timers/promises';
import { type Problem, readBody, sharedBody } from '@entente/pki';
import type { Authority } from '../authority.ts';
import type { Caller } from '../caller.ts';
import { CallerTurns, topologyTurnBounds } from '../limits/caller-turns.ts';
import { topologyFormatOf } from '../member-status/topology-format.ts';
import type { PublishResult } from '../topology-store.ts';
import { inTurnBy } from './guard.ts';
import { untoldOf } from './not-published-yet.ts';
import { tooLarge } from './read-order-body.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

const maxTopologyBytes = 8_388_608;
const signedMediaType = 'application/jose+json';

/**
 * The topology: members read it, administrators publish the next one.
 * @param app - receives the routes
 * @param context - what they answer with
 */
export function addTopologyRoutes(
  app: AuthorityApp,
  { authority, guard, limited, refusals, settings }: RouteContext,
): void {
  app.get('/topology/:version?', async (c) => {
    const refused = guard('member', c.env.caller);
    if (refused !== undefined) return refused;
    const bytes = await versionBytes(authority, c.req.param('version'));
    if (bytes === undefined) {
      // Who publishes the first one asks what is in force: that is answered, and nothing refused.
      const isQuestion = c.req.param('version') === undefined && authority.topologies.current === undefined;
      return isQuestion
        ? refusals.again(noTopology, c.env.caller)
        : refusals.request(noTopology, c.env.caller);
    }
    return c.body(sharedBody(bytes), 200, {
      'content-type': signedMediaType,
      'content-length': String(bytes.length),
      'cache-control': 'no-store',
    });
  });

  const inTurn = inTurnBy(new CallerTurns(topologyTurnBounds), refusals);
  /** Reads the topology of a caller that may publish one, and answers once its turn has come. */
  const withTopology = async (
    request: Request,
    caller: Caller,
    what: 'command' | 'judgement',
    answer: (text: string) => Promise<Response>,
  ): Promise<Response> => {
    const refused = guard('publisher', caller) ?? limited(what, caller);
    if (refused !== undefined) return refused;
    return inTurn(caller, async () => {
      const body = await readBody(request, maxTopologyBytes);
      if (body === undefined) return refusals.request(tooLarge(maxTopologyBytes), caller);
      await othersFirst();
      return answer(Buffer.from(body).toString('utf8'));
    });
  };
  const refuseFormat = (text: string): Problem | undefined => {
    const format = topologyFormatOf(text);
    const behind = format === undefined ? [] : authority.standings.notReading(format, settings.fqdn);
    return format === undefined || behind.length === 0 ? undefined : notRead(format, behind);
  };
  const publisherOf = (caller: Caller): string => (caller.kind === 'administrator' ? caller.name : '');

  app.post('/topology', (c) => {
    const { caller } = c.env;
    return withTopology(c.req.raw, caller, 'command', async (text) => {
      const unread = refuseFormat(text);
      if (unread !== undefined) return refusals.request(unread, caller);
      const leaveBehind = c.req.query('leave-behind') === 'true';
      const result = await authority.publish(text, publisherOf(caller), caller.address, leaveBehind);
      if (!result.accepted) return refusals.request({ status: 422, ...result.refusal }, caller);
      return c.json({ ...published(result), ...untoldOf(authority) });
    });
  });

  // A path of its own, and no parameter: an authority that does not know it must not publish instead.
  app.post('/topology/judgement', (c) => {
    const { caller } = c.env;
    return withTopology(c.req.raw, caller, 'judgement', async (text) => {
      const leaveBehind = c.req.query('leave-behind') === 'true';
      const unread = refuseFormat(text);
      const result =
        unread === undefined
          ? await authority.judge(text, publisherOf(caller), leaveBehind)
          : ({ accepted: false, refusal: unread } as const);
      if (result.accepted) return c.json({ accepted: true, ...published(result) });
      // The question is answered, and no command refused: neither the log nor the audit trail has it.
      const { message, reason, remedy } = result.refusal;
      return c.json({ accepted: false, refusal: { reason, message, remedy } });
    });
  });
}

function published({ effect, signers, topology }: Extract<PublishResult, { accepted: true }>): object {
  const { document, hash } = topology;
  return { version: document.version, hash, effect, signers };
}

async function versionBytes(
  { topologies }: Authority,
  number: string | undefined,
): Promise<Uint8Array | undefined> {
  const newest = topologies.current?.topology.document.version ?? 0;
  const version = number === undefined ? newest : Number(number);
  if (!Number.isInteger(version) || version < 1 || version > newest) return undefined;
  return topologies.version(version);
}

const noTopology: Problem = {
  reason: 'not-found',
  message: 'this version of the topology does not exist',
  remedy: 'publish the first one, or request a version that exists',
  status: 404,
};

/** Names that are listed in a refusal. */
const mostNames = 20;

function notRead(format: string, members: readonly string[]): Problem {
  const named = members.slice(0, mostNames).join(', ');
  const more = members.length > mostNames ? `, and ${members.length - mostNames} more` : '';
  return {
    reason: 'format-not-read',
    message: `${members.length} of the servers have not said that they read ${JSON.stringify(format)}: ${named}${more}`,
    remedy: 'update and start these servers, or take them out of the topology, then publish it again',
    status: 422,
  };
}
