import type { Random } from '../random.ts';

type Distortion = (lines: string[], random: Random) => string[];

const compact: Readonly<Record<string, string>> = {
  via: 'v',
  from: 'f',
  to: 't',
  'call-id': 'i',
  contact: 'm',
  'content-length': 'l',
  'content-type': 'c',
  supported: 'k',
  event: 'o',
  'refer-to': 'r',
};

const onOne =
  (change: (line: string, random: Random) => string): Distortion =>
  (lines, random) => {
    // The start line too, now and then.
    const at = random.oneIn(10) ? 0 : 1 + random.below(Math.max(1, lines.length - 1));
    const line = lines[at];
    if (line !== undefined) lines[at] = change(line, random);
    return lines;
  };

const distortions: readonly Distortion[] = [
  (lines, random) => [...lines, lines[1 + random.below(Math.max(1, lines.length - 1))] ?? ''],
  (lines, random) => lines.filter((_, i) => i === 0 || i !== 1 + random.below(lines.length)),
  (lines, random) => [lines[0] ?? '', ...lines.slice(1).sort(() => random.below(3) - 1)],
  onOne((line) => line.replace(/^[^:]*/, (name) => compact[name.toLowerCase()] ?? name)),
  onOne((line) => line.replace(/^[^:]*/, (name) => name.toUpperCase())),
  onOne((line) => line.replace(/[,;] ?/, (found) => `${found}\r\n `)),
  onOne((line) => line.replace(':', ' \t:')),
  onOne((line) => `${line}${';x=y'.repeat(500)}`),
  onOne((line) => `${line}, ${line.replace(/^[^:]*:/, '')}`),
  onOne((line, random) => `${line.slice(0, random.below(line.length))}"${line}`),
  onOne((line) => line.replace(/\d+/, '4294967296')),
  onOne((line) => line.replace(/[a-z]/i, '\xff\x80')),
  onOne((line) => line.replace(/[a-z]/i, '%00')),
  onOne((line) => line.replace(/[a-z]/i, '\0')),
  onOne((line, random) => line + 'x'.repeat(1 << random.below(random.oneIn(10) ? 17 : 11))),
  onOne((line) => line.replace(/<([^>]*)>/, '$1')),
  onOne((line) => line.replace(/</, '<<')),
  onOne((line) => line.replace(/@/, '@@')),
  onOne((line) => line.replace(/;tag=[^;]*/, '')),
  onOne((line) => line.slice(0, line.indexOf(':') + 1)),
];

/**
 * A message with up to three of its lines written otherwise: doubled, left out, folded, abbreviated, grown, cut.
 * @param message - one character a byte
 * @param random - decides which
 */
export function distort(message: string, random: Random): string {
  const end = message.indexOf('\r\n\r\n');
  if (end === -1) return message;
  let lines = message.slice(0, end).split('\r\n');
  const rounds = random.pick([0, 0, 0, 0, 0, 0, 1, 1, 2, 3]);
  for (let i = 0; i < rounds; i += 1) lines = random.pick(distortions)(lines, random);
  return `${lines.join('\r\n')}${message.slice(end)}`;
}
