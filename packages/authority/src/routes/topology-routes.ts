import { type Problem, readBody, sharedBody } from '@entente/pki';
import type { Authority } from '../authority.ts';
import { topologyFormatOf } from '../standing/member-standings.ts';
import { tooLarge } from './order.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';
import { untoldOf } from './untold.ts';

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
    if (bytes === undefined) return refusals.request(noTopology, c.env.caller);
    return c.body(sharedBody(bytes), 200, {
      'content-type': signedMediaType,
      'content-length': String(bytes.length),
      'cache-control': 'no-store',
    });
  });

  app.post('/topology', async (c) => {
    const { caller } = c.env;
    const refused = guard('publisher', caller) ?? limited('command', caller);
    if (refused !== undefined) return refused;
    const body = await readBody(c.req.raw, maxTopologyBytes);
    if (body === undefined) return refusals.request(tooLarge(maxTopologyBytes), caller);
    const text = Buffer.from(body).toString('utf8');
    const format = topologyFormatOf(text);
    const behind = format === undefined ? [] : authority.standings.notReading(format, settings.fqdn);
    if (format !== undefined && behind.length > 0) return refusals.request(notRead(format, behind), caller);
    const publisher = caller.kind === 'administrator' ? caller.name : '';
    const leaveBehind = c.req.query('leave-behind') === 'true';
    const result = await authority.publish(text, publisher, caller.address, leaveBehind);
    if (!result.accepted) return refusals.request({ status: 422, ...result.refusal }, caller);
    const { document, hash } = result.topology;
    const { effect, signers } = result;
    return c.json({ version: document.version, hash, effect, signers, ...untoldOf(authority) });
  });
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
