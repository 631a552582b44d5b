import { links, type Row } from '@entente/topology';
import type { MutationPatch, PatchList } from '../patch.ts';

const table = (title: string): MutationPatch['test'] => ({
  file: 'tooling/links/refused-at-sip-links.test.ts',
  title,
});
const at = (end: 'dialled' | 'dialling', { name }: Row, server: string): string =>
  `at the ${end} end of ${name}, ${server}`;
const wrongRole = (...where: Parameters<typeof at>): MutationPatch['test'] =>
  table(`refuses ${at(...where)}: a wrong role (role-not-allowed-on-link)`);
const wrongDirection = (...where: Parameters<typeof at>): MutationPatch['test'] =>
  table(`refuses ${at(...where)}: a wrong direction (direction-not-allowed)`);
const noCertificate = (row: Row, server: string): MutationPatch['test'] =>
  table(`is refused ${at('dialled', row, server)} (no-certificate)`);

const inside = "member.authorise({ fqdn, interface: 'internal', service: 'sip' });";
/** Lets in every peer that has a certificate of ours. */
const anybody = "() => ({ ok: true, server: 'x', role: 'front-end', row: 0 });";
const dialsNobody = ({ name }: Row, as: string, to: string): MutationPatch['test'] => ({
  file: 'tooling/links/closed-rows.test.ts',
  title: `dials nobody on ${name}, as ${as} to ${to}, and says why: link-not-allowed`,
});
const mediationInCall = (title: string): MutationPatch['test'] => ({
  file: 'tooling/links/edge-dials-mediation.test.ts',
  title,
});
const dialServer = 'packages/sip-endpoint/src/connection/dial-server.ts';
const rules = 'packages/topology/src/matrix/link-rules.ts';

/** That both ends of a link between servers hold each other to what the topology says. */
export const patches: PatchList = {
  name: 'links',
  list: [
    {
      name: 'inside-of-an-edge',
      off: 'an edge lets any server of the topology in',
      file: 'packages/edge/src/serve-edge.ts',
      find: `const allowInside = ${inside}`,
      replace: `const allowInside = ${anybody}`,
      test: wrongRole('dialled', links.edgeToDirector, 'edge1'),
    },
    {
      name: 'inside-of-a-director',
      off: 'a director lets any server of the topology in',
      file: 'packages/director/src/serve-director.ts',
      find: `const allow = ${inside}`,
      replace: `const allow = ${anybody}`,
      test: wrongRole('dialled', links.directorToFrontEnd, 'dir1'),
    },
    {
      name: 'inside-of-an-application',
      off: 'an application lets any server of the topology in',
      file: 'packages/application/src/serve-application.ts',
      find: `const allow = ${inside}`,
      replace: `const allow = ${anybody}`,
      test: wrongRole('dialled', links.frontEndToApplication, 'chat1'),
    },
    {
      name: 'port-for-gateways',
      off: 'front ends speak on the port of gateways',
      file: 'packages/mediation/src/serve-mediation.ts',
      find: "member.authorise({ fqdn, interface: 'internal', service: 'gateway' });",
      replace: "member.authorise({ fqdn, interface: 'internal' });",
      test: wrongRole('dialled', links.mediationToGateway, 'med1'),
    },
    {
      name: 'no-certificate-at-a-director',
      off: 'a director takes connections without a certificate',
      file: 'packages/director/src/serve-director.ts',
      find: "clientCertificate: 'required', allow }",
      replace: "clientCertificate: 'optional', allow }",
      test: noCertificate(links.edgeToDirector, 'dir1'),
    },
    {
      name: 'no-certificate-at-an-edge',
      off: 'an edge takes connections without a certificate inside',
      file: 'packages/edge/src/serve-edge.ts',
      find: "name: 'SIP inside', clientCertificate: 'required',",
      replace: "name: 'SIP inside', clientCertificate: 'optional',",
      test: noCertificate(links.edgeToDirector, 'edge1'),
    },
    {
      name: 'no-certificate-at-an-application',
      off: 'an application takes connections without a certificate',
      file: 'packages/application/src/serve-application.ts',
      find: "clientCertificate: 'required',",
      replace: "clientCertificate: 'optional',",
      test: noCertificate(links.frontEndToApplication, 'chat1'),
    },
    {
      name: 'no-certificate-at-a-mediation-server',
      off: 'a mediation server takes connections without a certificate',
      file: 'packages/mediation/src/serve-mediation.ts',
      find: "clientCertificate: 'required', allow, isForOthers",
      replace: "clientCertificate: 'optional', allow, isForOthers",
      test: noCertificate(links.mediationToGateway, 'med1'),
    },
    {
      name: 'whom-a-server-dials',
      off: 'a server stays connected with a server that it dialled whose role has become another',
      file: dialServer,
      find: '    ...who,\n',
      replace: '    ...who,\n    allow: () => ({ ok: true }),\n',
      test: wrongRole('dialling', links.edgeToDirector, 'edge1'),
    },
    {
      name: 'name-of-whom-a-server-dials',
      off: 'a server that dials another takes the answer of a third one',
      file: dialServer,
      find: "expect: { mode: 'host', name: hop.name },",
      replace: "expect: { mode: 'service', allowed: [hop.name, 'gw1.contoso.example'] },",
      test: table(`refuses ${at('dialling', links.directorToFrontEnd, 'fe1')}: a wrong name (name-mismatch)`),
    },
    {
      name: 'direction-of-whom-a-server-dials',
      off: 'a server stays connected with a server that it may no longer dial',
      file: 'packages/topology/src/matrix/authorise.ts',
      find: 'if (!inbound) return rule.side;',
      replace: "if (!inbound) return rule.mayOpen === 'b' ? 'b' : 'a';",
      test: wrongDirection('dialling', links.frontEndToMediation, 'fe1'),
    },
    {
      name: 'why-a-row-is-not-dialled',
      off: 'a server inside does not hear that the topology has closed the row to the next hop',
      file: 'packages/sip-relay/src/proxy-runtime.ts',
      find: 'return this.#headersOf(refused, context.connection);',
      replace: 'return refused.headers;',
      test: dialsNobody(links.frontEndToMediation, 'front-end', 'mediation'),
    },
    {
      name: 'closed-row-in-the-log',
      off: 'the log does not say which row the topology has closed to the next hop',
      file: 'packages/topology/src/matrix/may-request.ts',
      find: 'if (closed !== undefined) {',
      replace: 'if (closed !== undefined && closed.row < 0) {',
      test: dialsNobody(links.edgeToDirector, 'director', 'edge'),
    },
    {
      name: 'who-opens-in-a-call',
      off: 'a server dials another one that the topology has open the link alone',
      file: 'packages/topology/src/matrix/peers-of.ts',
      find: 'if (!includesSide(rule.mayOpen, rule.side)) continue;',
      replace: '',
      test: mediationInCall('dials nobody in a wrong direction: the mediation server alone opens the link'),
    },
    {
      name: 'who-sends-in-a-call',
      off: 'a server sends requests to another one that the topology has send them alone',
      file: 'packages/topology/src/matrix/hop-finder.ts',
      find: ' || !target.maySend) continue;',
      replace: ') continue;',
      test: mediationInCall('dials nobody in a wrong direction: the mediation server alone sends requests'),
    },
    {
      name: 'closed-to-an-application',
      off: 'an application does not say that the topology has closed its row to front ends',
      file: 'packages/application/src/front-ends.ts',
      find: 'else refused ??= reached;',
      replace: '',
      test: {
        file: 'tooling/applications/uninvited.test.ts',
        title: 'has the application dial no front end, and say why',
      },
    },
    {
      name: 'narrowed-direction',
      off: 'a side opens a link that the topology has the other side open',
      file: rules,
      find: 'mayOpen = narrowDirection(mayOpen, narrowing.mayOpen);',
      replace: '',
      test: wrongDirection('dialled', links.edgeToFrontEnd, 'fe1'),
    },
    {
      name: 'narrowed-between-equals',
      off: 'between equals the second side opens a link that the topology has the first one open',
      file: rules,
      find: 'mayOpen = narrowDirection(mayOpen, opposite(narrowing.mayOpen));',
      replace: '',
      test: { file: 'packages/topology/test/authorise.test.ts', title: 'limits who opens between equals' },
    },
    {
      name: 'judged-again-by-the-topology',
      off: 'open connections outlive a change of the topology',
      file: 'packages/member/src/state/domain-trust.ts',
      find: 'if (concerns(change)) listener(read());',
      replace: "if (concerns(change) && change.what !== 'topology') listener(read());",
      // In the table any later change of the trust has them judged, too.
      test: {
        file: 'packages/member/test/domain-state.test.ts',
        title:
          'tells every listener of each change once and in order, and each is a change of the trust with another version',
      },
    },
  ],
};
