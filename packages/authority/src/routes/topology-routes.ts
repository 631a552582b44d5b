import { type Problem, readBody } from '@entente/pki';
import type { Authority } from '../open-domain-authority.ts';
import { tooLarge } from './order.ts';
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
  { authority, guard, limited, refusals }: RouteContext,
): void {
  app.get('/topology/:version?', async (c) => {
    const refused = guard('member', c.env.caller);
    if (refused !== undefined) return refused;
    const number = c.req.param('version');
    const text =
      number === undefined ? authority.topologies.current?.text : await versionText(authority, number);
    if (text === undefined) return refusals.request(noTopology, c.env.caller);
    return c.body(text, 200, { 'content-type': signedMediaType, 'cache-control': 'no-store' });
  });

  app.post('/topology', async (c) => {
    const { caller } = c.env;
    const refused = guard('publisher', caller) ?? limited('command', caller);
    if (refused !== undefined) return refused;
    const body = await readBody(c.req.raw, maxTopologyBytes);
    if (body === undefined) return refusals.request(tooLarge(maxTopologyBytes), caller);
    const publisher = caller.kind === 'administrator' ? caller.name : '';
    const text = Buffer.from(body).toString('utf8');
    const result = await authority.publish(text, publisher, caller.address);
    if (!result.accepted) return refusals.request({ status: 422, ...result.refusal }, caller);
    const { document, hash } = result.topology;
    return c.json({ version: document.version, hash, effect: result.effect, signers: result.signers });
  });
}

async function versionText(authority: Authority, number: string): Promise<string | undefined> {
  const version = Number(number);
  const newest = authority.topologies.current?.topology.document.version ?? 0;
  if (!Number.isInteger(version) || version < 1 || version > newest) return undefined;
  return authority.topologies.version(version);
}

const noTopology: Problem = {
  reason: 'not-found',
  message: 'this version of the topology does not exist',
  remedy: 'publish the first one, or request a version that exists',
  status: 404,
};
