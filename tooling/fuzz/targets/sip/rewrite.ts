/**
 * A second mutation that knows the shape of a message: it moves, doubles, folds and drops whole lines and corrects
 * Content-Length, so that inputs come through the framing and reach the readers of single fields. It depends on the
 * input alone: the same input gives the same rewriting.
 */
export function rewrite(input: Uint8Array): Uint8Array {
  const text = Buffer.from(input).toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return input;
  const lines = text.slice(0, end).split('\r\n');
  const body = text.slice(end + 4);
  let state = hash(text);
  const next = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let rounds = next(4); rounds > 0 && lines.length > 2; rounds--) {
    const at = 1 + next(lines.length - 1);
    const line = lines[at]!;
    switch (next(7)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(1 + next(lines.length - 1), 0, line);
        break;
      case 2:
        lines[at] = line.replace(/[;,:=] ?/, (separator) => `${separator}\r\n `);
        break;
      case 3:
        lines[at] = line.replace(/[;,=<>"@?]/g, (separator) =>
          next(3) === 0 ? separator + separator : separator,
        );
        break;
      case 4:
        lines[at] = `${line},${line.slice(line.indexOf(':') + 1)}`;
        break;
      case 5:
        lines[at] = line.slice(0, line.indexOf(':') + 1) + (lines[1 + next(lines.length - 1)] ?? '');
        break;
      default:
        lines[at] = `${line};p${next(1000)}="${'\\"'.repeat(next(20))}"`;
    }
  }
  const kept = lines.filter((line) => !/^(?:content-length|l)\s*:/i.test(line));
  return Buffer.from(`${kept.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`, 'latin1');
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
