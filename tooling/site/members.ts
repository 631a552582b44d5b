import ts from 'typescript';
import { declarationText } from '../api/declaration-text.ts';
import { isHidden } from '../api/surface.ts';
import { type DocMarkdown, docMarkdown } from './doc-markdown.ts';

/** Longer than this, code stands in a block of its own. */
const longCode = 110;

/**
 * The members of an interface or class that others see: each with what is said of it.
 *
 * @param node - the declaration
 */
export function renderMembers(node: ts.InterfaceDeclaration | ts.ClassDeclaration): string[] {
  return [...node.members].filter((member) => !isHidden(member)).map(renderMember);
}

function renderMember(member: ts.Node): string {
  const code = declarationText(member)
    .replace(/;$/, '')
    .replace(/^readonly /, '');
  const doc = docMarkdown([member]);
  const isLong = code.includes('\n') || code.length > longCode;
  const head = isLong ? `**${nameOf(member)}**` : inlineCode(code);
  const summary = [doc.summary, doc.defaultValue === '' ? '' : `Default: ${doc.defaultValue}`].filter(isText);
  const parts = [summary.length === 0 ? head : `${head}: ${summary.join(' ')}`];
  if (isLong) parts.push('', '```ts', ...code.split('\n'), '```', '');
  parts.push(...renderContract(doc));
  return `- ${parts.join('\n').replaceAll(/\n(?=.)/g, '\n  ')}`;
}

/**
 * What a function takes, returns and throws, as lists.
 *
 * @param doc - what is said of it
 */
export function renderContract({
  deprecated,
  parameters,
  remarks,
  returns,
  see,
  throws,
}: DocMarkdown): string[] {
  const items = (label: string, texts: readonly string[]): string[] =>
    texts.map((text) => `- ${label}${label === '' ? '' : ': '}${indented(text)}`);
  return [
    ...(remarks === '' ? [] : ['', remarks, '']),
    ...items('**deprecated**', [deprecated].filter(isText)),
    ...parameters.map(({ name, text }) => `- ${inlineCode(name)}: ${indented(text)}`),
    ...items('returns', [returns].filter(isText)),
    ...items('throws', throws),
    ...items('see', see),
  ];
}

/** Code in a line, whatever it has of backticks. */
export function inlineCode(code: string): string {
  return code.includes('`') ? `\`\` ${code} \`\`` : `\`${code}\``;
}

function indented(text: string): string {
  return text.replaceAll(/\n(?=.)/g, '\n  ');
}

function isText(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

function nameOf(member: ts.Node): string {
  if (ts.isConstructorDeclaration(member)) return 'constructor';
  const { name } = member as { name?: ts.Node };
  return name === undefined ? 'call' : name.getText();
}
