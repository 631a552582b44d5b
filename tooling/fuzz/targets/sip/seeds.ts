import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/**
 * Well-formed messages that between them use every field the package has a type for, folds and compact names: `seeds.yaml`, where lines end as
 * in any text and Content-Length is left out. One character a byte.
 */
export function seedMessages(): readonly string[] {
  const messages = parse(readFileSync(new URL('seeds.yaml', import.meta.url), 'utf8')) as readonly string[];
  return messages.map((text) => {
    const [head = '', ...rest] = Buffer.from(text)
      .toString('latin1')
      .replaceAll('\n', '\r\n')
      .split('\r\n\r\n');
    const body = rest.join('\r\n\r\n');
    return `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  });
}
