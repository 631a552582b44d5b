import { buildTopology, type TopologyDocument, type TrustState } from '@entente/topology';
import { type Certificate, decodePemCertificates } from '@entente/x509';
import type { Command } from 'commander';
import {
  type AdministratorAccess,
  type AdministratorOptions,
  accessOf,
} from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { type Found, type ListedCertificate, listCertificates, timeText } from '../authority/certificates.ts';
import { type AuthorityConnection, connectAuthority } from '../authority/connect-authority.ts';
import { endingCertificates, endingMs, heldCertificates } from '../authority/ending-certificates.ts';
import { endOfHold } from '../authority/held-certificate.ts';
import {
  type Gone,
  homesGone,
  homesGoneRemedy,
  homesGoneText,
  outsideRemedy,
  outsideText,
} from '../authority/homes-gone.ts';
import { type MemberState, memberStates } from '../authority/member-state.ts';
import { certificateFor, type Missing, missingIn } from '../authority/missing-certificate.ts';
import {
  type ReportedProblem,
  reportedMembers,
  reportedProblems,
  stateInForce,
} from '../authority/reported-members.ts';
import { type RootKeyBeside, type RootWarning, rootWarnings } from '../authority/root-warnings.ts';
import { giveRefusal } from '../authority/send-command.ts';
import { versionInForce } from '../authority/version-in-force.ts';
import { readNamed } from '../read-named-file.ts';
import { counted, give, table } from '../topology/answer.ts';

const dayMs = 86_400_000;
const topologyWarningMs = 14 * dayMs;
/** Numbers of lists in one cell of the table; `--json` has all. */
const mostLists = 3;

/**
 * Adds `entente status`: whether the network needs something.
 * @param program - the command line
 */
export function register(program: Command): void {
  const status = program
    .command('status')
    .summary('show the state of the network, and what needs attention')
    .description(
      'Asks the authority whether it works, what is in force, and for each server until when its certificate is valid, which version of the topology, revocation list and trust state it last reported, and when. Says what needs attention: something that fails at the authority; what a server reports of itself, as its health has it; a server without a valid certificate, with one in the last third of its life, behind what is in force, or silent for more than 3 minutes, counted from the start of the authority where it has not reported since; a certificate of an administrator or a store on hold, or about to expire, as is the topology; what only the key of the root can do, once it is due; accounts whose home or domain the topology does not have any more. Warns where that key lies beside the authority, which does not change the exit status. Exit status 1: something needs attention, or the authority refused.',
    );
  administratorCommand(status, 'entente status').action(run);
}

async function run(options: AdministratorOptions): Promise<void> {
  const access = await accessOf(options);
  await using connection = await connectAuthority(access);
  const asked = await ask(connection, access);
  if (!asked.ok) {
    giveRefusal(asked.refusal, options.json);
    return;
  }
  const { document, gone, members, now, others, problems, rootKey, state, warnings } = asked.found;
  const own = await ownCertificate(access.certificate);
  const stores = new Set((document?.stores ?? []).map(({ fqdn }) => fqdn));
  const held = heldCertificates(others, stores, now);
  const attention = [
    ...problems.map(({ message, part }) => `${part} of the authority: ${message}`),
    ...(document === undefined ? ['no topology has been published'] : expiryOf(document, now)),
    ...members.flatMap((member) => member.attention),
    ...members.flatMap(({ problems: own, server }) =>
      own.map(({ message, part }) => `${part} of ${server}: ${message}`),
    ),
    ...ownExpiry(own, now),
    ...endingCertificates(others, { stores, own: own?.serialHex }, now),
    ...held.map(({ message }) => message),
    ...warnings.map(({ message }) => message),
    ...homesGoneText(gone.homes),
    ...outsideText(gone.outside),
  ];
  const awaited = members.filter(({ isAwaited }) => isAwaited).map(({ server }) => server);
  give(
    {
      json: {
        authority: access.authority,
        problems,
        warnings,
        rootKey: rootKey?.file ?? null,
        network: document?.network ?? null,
        version: document?.version ?? null,
        state: state?.sequence ?? null,
        lists: (state?.lists ?? []).map(({ issuer, number, shard }) => ({ issuer, shard, number })),
        members: members.map(jsonOf),
        homesGone: gone.homes,
        outside: gone.outside,
        awaited,
        attention,
      },
      lines: [
        `${access.authority} answers${problems.length === 0 ? '' : `, and reports ${counted(problems.length, 'problem')}`}`,
        ...(document === undefined
          ? []
          : [`version ${document.version} of ${document.network} is in force, issued ${document.issued}`]),
        ...(state === undefined
          ? []
          : [
              `trust state ${state.sequence} is in force, with revocation ${state.lists.length === 1 ? 'list' : 'lists'} ${listsText(state.lists)}`,
            ]),
        ...(members.length === 0 ? [] : ['', ...rowsOf(members)]),
        '',
        ...(attention.length === 0
          ? ['nothing needs attention']
          : [`${counted(attention.length, 'thing')} to attend to:`, ...attention.map((one) => `  ${one}`)]),
        ...(awaited.length === 0
          ? []
          : [`not reported yet since the authority started: ${awaited.join(', ')}`]),
        ...(rootKey === undefined ? [] : [`warning: ${rootKey.message}`]),
      ],
      next: [
        ...new Set([...problems, ...warnings].map(({ remedy }) => remedy)),
        ...members.flatMap(({ problems: own, server }) => [
          ...new Set(own.map(({ remedy }) => `at ${server}: ${remedy}`)),
        ]),
        ...(rootKey === undefined ? [] : [rootKey.remedy]),
        ...homesGoneRemedy(gone.homes),
        ...outsideRemedy(gone.outside),
        ...held.map(({ serial }) => endOfHold(serial).join('; ')),
        ...nextFor(asked.found),
      ],
      failed: attention.length > 0,
    },
    options.json,
  );
}

/** All that the authority told. */
interface Asked {
  readonly document: TopologyDocument | undefined;
  readonly state: TrustState | undefined;
  readonly members: readonly MemberState[];
  /** Those of them that have no valid certificate. */
  readonly missing: readonly Missing[];
  readonly problems: readonly ReportedProblem[];
  /** What the key of the root is needed for. */
  readonly warnings: readonly RootWarning[];
  /** Where it lies beside the authority. */
  readonly rootKey: RootKeyBeside | undefined;
  /** Homes and domains of accounts that are gone. */
  readonly gone: Gone;
  /** Certificates of administrators and stores. */
  readonly others: readonly ListedCertificate[];
  /** By the clock of the authority, milliseconds since 1970. */
  readonly now: number;
}

/** What is in force is asked for before what members report: a change between the two makes nobody look behind. */
async function ask(connection: AuthorityConnection, access: AdministratorAccess): Promise<Found<Asked>> {
  const problems = await reportedProblems(connection);
  if (!problems.ok) return problems;
  const warnings = await rootWarnings(connection);
  if (!warnings.ok) return warnings;
  const administrators = await listCertificates(connection, { profile: 'administrator' });
  if (!administrators.ok) return administrators;
  const stores = await listCertificates(connection, { profile: 'store', expired: true });
  if (!stores.ok) return stores;
  const others = [...administrators.found, ...stores.found];
  const { rootKey } = warnings.found;
  const gone = await homesGone(connection);
  const always = { problems: problems.found, warnings: warnings.found.warnings, rootKey, others, gone };
  const inForce = await versionInForce(connection, access);
  if (!inForce.ok) return inForce;
  const document = inForce.signed?.document;
  if (document === undefined)
    return {
      ok: true,
      found: { ...always, document, state: undefined, members: [], missing: [], now: Date.now() },
    };
  const state = await stateInForce(connection);
  if (!state.ok) return state;
  const listed = await listCertificates(connection, { profile: 'server' });
  if (!listed.ok) return listed;
  const members = await reportedMembers(connection);
  if (!members.ok) return members;
  const judged = memberStates({
    topology: buildTopology(document),
    state: state.found,
    certificates: listed.found,
    members: members.found,
  });
  const missing = await missingIn(judged, listed.found, connection);
  if (!missing.ok) return missing;
  return {
    ok: true,
    found: {
      ...always,
      document,
      state: state.found,
      members: judged,
      missing: missing.found,
      now: members.found.at,
    },
  };
}

function jsonOf({
  report,
  isAwaited: _,
  isOrdered: __,
  onHold,
  certificateUntil,
  ...member
}: MemberState): object {
  const { lists, state, topology } = report?.standing ?? {};
  return {
    ...member,
    certificateUntil: certificateUntil ?? null,
    onHold: onHold?.serial ?? null,
    topology: topology ?? null,
    state: state ?? null,
    lists: lists ?? null,
    lastSeen: report?.lastSeen ?? null,
  };
}

function expiryOf({ expires, version }: TopologyDocument, now: number): readonly string[] {
  if (expires === undefined || Date.parse(expires) - now >= topologyWarningMs) return [];
  return [`version ${version} of the topology expires at ${expires}`];
}

async function ownCertificate(file: string): Promise<Certificate | undefined> {
  const decoded = decodePemCertificates(await readNamed(file));
  return decoded.ok ? decoded.value[0] : undefined;
}

function ownExpiry(leaf: Certificate | undefined, now: number): readonly string[] {
  if (leaf === undefined || leaf.notAfter - now >= endingMs) return [];
  return [`your own certificate expires at ${timeText(leaf.notAfter)}: entente cert renew --as <file>`];
}

function rowsOf(members: readonly MemberState[]): readonly string[] {
  return table([
    ['server', 'role', 'certificate until', 'topology', 'list', 'state', 'last seen'],
    ...members.map((member) => [
      member.interface === 'external' ? `${member.server} (outside)` : member.server,
      member.role,
      member.certificateUntil === undefined ? 'none' : timeText(member.certificateUntil),
      ...reportOf(member),
    ]),
  ]);
}

function reportOf({ interface: side, report }: MemberState): readonly string[] {
  if (side === 'external') return ['', '', '', ''];
  if (report === undefined) return ['-', '-', '-', 'not reported'];
  const { lists, state, topology } = report.standing;
  return [String(topology), listsText(lists), String(state), timeText(report.lastSeen)];
}

function listsText(lists: readonly { readonly number: number }[]): string {
  const numbers = lists.slice(0, mostLists).map(({ number }) => number);
  const more = lists.length > mostLists ? ` and ${lists.length - mostLists} more` : '';
  return numbers.length === 0 ? 'none' : `${numbers.join(', ')}${more}`;
}

function nextFor({ document, members, missing }: Asked): readonly string[] {
  if (document === undefined) return ['entente topology publish --as ca/administrators/<you>.yaml'];
  const late = members.find((one) => one.certificateUntil !== undefined && one.attention.length > 0);
  return [
    ...new Set(missing.map(certificateFor)),
    ...(late === undefined ? [] : [remedyFor(late)]),
    'entente topology status --as ca/administrators/<you>.yaml shows what is not signed or published',
  ];
}

function remedyFor({ isOrdered, report, server }: MemberState): string {
  return isOrdered && report === undefined
    ? `entente cert issue --csr <file> --server ${server} --as ca/administrators/<you>.yaml`
    : `check that ${server} runs and reaches the authority: see authority-unreachable, renewal-failed and trust-state-refused in its log`;
}
