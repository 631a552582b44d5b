import { issuerId } from '@entente/pki';
import { enterpriseRoots, type TopologyDocument } from '@entente/topology';
import { decodeCertificate } from '@entente/x509';
import { counted } from '../topology/answer.ts';
import type { AuthorityConnection, Refusal } from './connect-authority.ts';

/** A root, as the authority shows it: see `RootStatus` of `@entente/authority`. */
interface ShownRoot {
  /** See `issuerId` of `@entente/pki`. */
  readonly id: string;
  readonly stage: string;
  readonly dependents: readonly string[];
  readonly dependentAdministrators: readonly string[];
}

/** Stages of roots that members believe. */
const believed: ReadonlySet<string> = new Set(['prepared', 'active', 'tainted']);
/** Names that are listed. */
const mostNames = 20;

/**
 * Asks the authority which servers and administrators would be left with a certificate below a root that a version retires.
 * @param connection - to the authority
 * @param document - the version, which may not be published yet
 * @returns the refusal that its publication would meet; undefined where nobody would be left behind
 */
export async function leftBehind(
  connection: Pick<AuthorityConnection, 'get'>,
  document: TopologyDocument,
): Promise<Refusal | undefined> {
  const listed = enterpriseRoots({ document });
  if (listed === undefined) return undefined;
  const outcome = await connection.get('/issuers');
  if (!outcome.ok) return outcome.refusal;
  const kept = new Set(listed.map(({ certificate }) => idOf(certificate)));
  const { roots } = JSON.parse(outcome.text) as { readonly roots: readonly ShownRoot[] };
  const retired = roots.filter(({ id, stage }) => believed.has(stage) && !kept.has(id));
  const members = new Set(
    document.servers.filter(({ role }) => role !== 'authority').map(({ fqdn }) => fqdn),
  );
  const keys = new Set(document.administrators.keys.map(({ id }) => id));
  const servers = retired.flatMap(({ dependents }) => dependents.filter((name) => members.has(name)));
  const administrators = retired.flatMap(({ dependentAdministrators }) =>
    dependentAdministrators.filter((name) => keys.has(name)),
  );
  if (servers.length === 0 && administrators.length === 0) return undefined;
  const who = [
    ...(servers.length === 0 ? [] : [named(servers, 'server')]),
    ...(administrators.length === 0 ? [] : [named(administrators, 'administrator')]),
  ];
  return {
    reason: 'members-left-behind',
    message: `the only valid certificates of some lead to a root that this version retires: ${who.join('; ')}`,
    remedy:
      'taint the root with entente topology root taint, publish that version, and retire the root when entente ca rollover shows that no server and no administrator depends on it; or publish with --leave-behind',
  };
}

function idOf(certificate: Uint8Array): string | undefined {
  const decoded = decodeCertificate(certificate);
  return decoded.ok ? issuerId(decoded.value.publicKey.der) : undefined;
}

function named(names: readonly string[], what: string): string {
  const shown = names.slice(0, mostNames).join(', ');
  const more = names.length > mostNames ? `, and ${names.length - mostNames} more` : '';
  return `${counted(names.length, what)}: ${shown}${more}`;
}
