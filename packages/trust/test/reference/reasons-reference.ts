import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Reason, reasonCatalogue, reject } from '@entente/trust';
import * as ts from 'typescript';
import { samples } from './samples.ts';

const stages = ['parse', 'path', 'revocation', 'identity', 'authorise', 'policy', 'connection'] as const;

const titles: Readonly<Record<(typeof stages)[number], string>> = {
  parse: 'Stage 1: parsing',
  path: 'Stage 2: path',
  revocation: 'Stage 3: revocation',
  identity: 'Stage 4: identity',
  authorise: 'Stage 5: authorisation',
  policy: 'Stage 6: policies',
  connection: 'Beside the verdict: sockets and servers',
};

/** Where the page is. */
export const referencePath = fileURLToPath(new URL('../../../../docs/reference/reasons.md', import.meta.url));

/** Every literal there is. */
export const everyReason = Object.keys(reasonCatalogue) as readonly Reason[];

/** Writes the reference of reasons from the catalogue and the types, so that page and code cannot disagree. */
export function reasonsReference(): string {
  const fields = dataFields();
  const lines = [
    '# Reasons',
    '',
    'Every refusal of a connection carries one of these literals in `rejection.reason`, with its data, a sentence (`message`) and a',
    '`remedy`. The literals are stable. Where several apply, the one with the greatest rank is reported, and all of them are in',
    '`considered`.',
    '',
    'Other refusals have lists of their own: [SIP requests](../../packages/sip-proxy/README.md#reasons), such as',
    '`identity-not-authorised`; [requests to the authority](../../packages/pki/README.md#refusals), such as `token-spent`;',
    '[topologies](../../packages/topology/README.md#why-a-document-is-refused), such as `under-signed`. [Log](log.md) says which a line is.',
    '',
    'This page is generated from `packages/trust/src/reasons`. To generate it again, run',
    '`node --conditions=@entente/source --import tsx packages/trust/test/reference/reasons-reference.ts`.',
  ];
  for (const stage of stages) {
    const here = everyReason.filter((reason) => reasonCatalogue[reason].stage === stage);
    here.sort((a, b) => reasonCatalogue[b].rank - reasonCatalogue[a].rank);
    lines.push('', `## ${titles[stage]}`);
    for (const reason of here) {
      const { means, producedBy, rank } = reasonCatalogue[reason];
      const { message, remedy } = reject(reason, samples[reason]);
      lines.push('', `### ${reason}`, '', means, '');
      lines.push(`- Example: ${message}`, `- Remedy: ${remedy}`);
      lines.push(
        `- Produced by ${list(producedBy)}; rank ${rank}; data: ${list(fields.get(reason) ?? []) || 'none'}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

/** Names of the data fields of each reason, read from the interface that types them. */
function dataFields(): ReadonlyMap<string, readonly string[]> {
  const path = fileURLToPath(new URL('../../src/reasons/rejection.ts', import.meta.url));
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022);
  const interfaces = new Map<string, ts.InterfaceDeclaration>();
  source.forEachChild((node) => {
    if (ts.isInterfaceDeclaration(node)) interfaces.set(node.name.text, node);
  });
  const namesOf = (type: ts.TypeNode | undefined): readonly string[] => {
    if (type === undefined) return [];
    if (ts.isIntersectionTypeNode(type)) return type.types.flatMap(namesOf);
    if (ts.isTypeReferenceNode(type))
      return membersOf(interfaces.get((type.typeName as ts.Identifier).text)?.members);
    return ts.isTypeLiteralNode(type) ? membersOf(type.members) : [];
  };
  const membersOf = (members: readonly ts.TypeElement[] | undefined): readonly string[] =>
    (members ?? []).map((member) => nameOf(member));
  const fields = new Map<string, readonly string[]>();
  for (const member of interfaces.get('ReasonData')?.members ?? []) {
    if (ts.isPropertySignature(member)) fields.set(nameOf(member), namesOf(member.type));
  }
  return fields;
}

function nameOf({ name }: ts.TypeElement): string {
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? name.text : '';
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(referencePath, reasonsReference());
}
