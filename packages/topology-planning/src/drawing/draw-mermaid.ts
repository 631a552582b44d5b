import { checkTopology, links, type Row, type Topology } from '@entente/topology';
import { type Picture, type PictureLink, picture } from './picture.ts';

/**
 * Draws a topology as a Mermaid flowchart, for Markdown that renders it.
 *
 * @param topology - built from a checked document
 */
export function drawMermaid(topology: Topology): string {
  checkTopology(topology, 'drawMermaid');
  const shown = picture(topology);
  const lines = ['flowchart LR'];
  for (const [zone, title] of [
    ['outside', 'Outside'],
    ['perimeter', 'Perimeter'],
    ['internal', 'Inside'],
  ] as const) {
    const nodes = shown.nodes.filter((node) => node.zone === zone);
    if (nodes.length === 0) continue;
    lines.push(`  subgraph ${zone}["${title}"]`);
    for (const node of nodes) {
      const text = [`<b>${node.title}</b>`, ...node.lines.map(escapeXml)].join('<br/>');
      lines.push(`    ${idOf(node.id)}["${text}"]`);
    }
    lines.push('  end');
  }
  for (const link of shown.links) {
    lines.push(`  ${idOf(link.a)} ${arrow(link)}|"${labelOf(link)}"| ${idOf(link.b)}`);
  }
  lines.push(...memberLines(shown));
  return `${lines.join('\n')}\n`;
}

/** The links that every member has, once for all of them. */
function memberLines({ nodes }: Picture): readonly string[] {
  const lines: string[] = [];
  const has = (id: string) => nodes.some((node) => node.id === id);
  if (has('authority')) {
    lines.push(`  member(["every member"]) -->|"${labelOf(links.memberToAuthority)}"| authority`);
    if (has('store')) lines.push(`  member -->|"${labelOf(links.serverToStore)}"| store`);
  }
  return lines;
}

function labelOf({ row, protection }: Pick<Row, 'row' | 'protection'>): string {
  return `${row} ${protection}`;
}

/** Two heads where either side may open; dotted where HTTP alone carries signed objects. */
function arrow({ mayOpen, protection }: PictureLink): string {
  const dotted = protection === 'HTTP';
  if (mayOpen === 'both') return dotted ? '<-.->' : '<-->';
  return dotted ? '-.->' : '-->';
}

function idOf(id: string): string {
  return id.replaceAll('-', '_');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
