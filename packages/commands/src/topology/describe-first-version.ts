import { type AnchorReference, inWords, type TopologyDocument } from '@entente/topology';
import { counted } from './answer.ts';

/**
 * A first version for people. There is none to compare it with, so every field of it is listed: also one that only a later format has.
 * @param document - version 1
 */
export function describeFirst(document: TopologyDocument): readonly string[] {
  const { administrators, issued, network } = document;
  const fields = Object.entries(document).filter(
    ([field, value]) => value !== undefined && !inHeading.has(field),
  );
  return [
    `the first version of ${network}, written ${issued}`,
    `${administrators.required} of ${counted(administrators.keys.length, 'administrator')} must sign: ${administrators.keys.map(({ id }) => id).join(', ')}`,
    ...fields.flatMap(([field, value]) => fieldLines(document, field, value).map((line) => `+ ${line}`)),
  ];
}

/** Of these the heading speaks; the format is the same in every document that is read. */
const inHeading: ReadonlySet<string> = new Set(['format', 'version', 'network', 'issued']);

function fieldLines(document: TopologyDocument, field: string, value: unknown): readonly string[] {
  switch (field) {
    case 'administrators':
      return document.administrators.keys.map((key) => entry(`administrator ${key.id}`, key, ['id']));
    case 'anchors':
      return anchorLines(document);
    case 'servers':
      return document.servers.map((one) => entry(`${one.role} ${one.fqdn}`, one, ['role', 'fqdn']));
    case 'users':
      return Object.entries(document.users ?? {}).map(([user, home]) => `user ${user} at ${home}`);
    case 'partners':
    case 'providers':
      return [...(document[field] ?? [])].flatMap((one) => [
        entry(`${partnerWord(one)} ${one.id}`, one, ['id', 'anchors']),
        ...rootLines('anchors' in one ? one.anchors : undefined, one.id),
      ]);
    default:
      return Array.isArray(value)
        ? value.map((one) => entry(`${nouns.get(field) ?? field}`, one, []))
        : [`${field}: ${inWords(value)}`];
  }
}

const nouns: ReadonlyMap<string, string> = new Map([
  ['domains', 'domain'],
  ['links', 'link'],
  ['pools', 'pool'],
  ['sites', 'site'],
  ['stores', 'store'],
]);

function anchorLines({ anchors, network }: TopologyDocument): readonly string[] {
  const { enterprise, federation, ...others } = anchors ?? {};
  return [
    ...rootLines(enterprise, network),
    ...rootLines(federation, 'partners without roots of their own'),
    ...Object.entries(others).map(([list, value]) => `anchors ${list}: ${inWords(value)}`),
  ];
}

/** The fingerprint says which certificate it is. */
function rootLines(anchors: readonly AnchorReference[] | undefined, owner: string): readonly string[] {
  return (anchors ?? []).map((anchor) =>
    entry(`root ${anchor.name} of ${owner}, fingerprint ${anchor.sha256}`, anchor, [
      'name',
      'sha256',
      'certificate',
    ]),
  );
}

function partnerWord(partner: object): string {
  if (!('kind' in partner)) return 'provider';
  return partner.kind === 'blocked' ? 'blocked partner' : 'partner';
}

function entry(heading: string, value: unknown, without: readonly string[]): string {
  const rest = inWords(value, without);
  return rest === '' ? heading : `${heading}: ${rest}`;
}
