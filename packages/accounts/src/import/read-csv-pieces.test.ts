import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxAccountsText } from './account-texts.ts';
import { LinesOfPieces } from './line-splitter.ts';
import { readAccountsCsv, readAccountsCsvPieces } from './read-csv.ts';

async function* inPieces(text: string, ends: readonly number[]): AsyncGenerator<string> {
  let start = 0;
  for (const end of [...ends, text.length].sort((one, other) => one - other)) {
    yield text.slice(start, end);
    start = end;
  }
}

const longest = 16_384;
const header = 'address,home,state\r\n';
/** Lines that are read, and lines that are refused, with each kind of end. */
const line = fc.constantFrom(
  'alice@contoso.example,,\r\n',
  'bob@contoso.example,,disabled\n',
  '"carol@contoso.example",,\r\n',
  'nobody,,\n',
  'dave@contoso.example,,asleep\r\n',
  '"quoted\r\n',
  '\r\n',
  '\n',
  '\r\r\n',
  `${'a'.repeat(longest)}\r\n`,
  `${'a'.repeat(longest + 1)}\r\n`,
  `${'a'.repeat(longest)}\r\r\n`,
  `${'b'.repeat(longest * 2)}\n`,
  'zöe🙂@contoso.example,,\n',
  'erin@contoso.example,,',
);

describe('accounts as comma-separated values that come in pieces', () => {
  it('are those of the whole text, with the same lines, wherever it is cut', async () => {
    const cut = fc.tuple(
      fc.constantFrom(header, `\uFEFF${header}`, '', 'home\n', '\r\n'),
      fc.array(line, { maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 12 }),
    );
    await fc.assert(
      fc.asyncProperty(cut, async ([first, lines, ends]) => {
        const text = [first, ...lines].join('');
        const pieces = inPieces(
          text,
          ends.map((end) => end % (text.length + 1)),
        );
        expect(await readAccountsCsvPieces(pieces)).toEqual(readAccountsCsv(text));
      }),
      { numRuns: 200 },
    );
  });

  it('are refused as a whole once they are too long, and no more is read', async () => {
    const block = 'x'.repeat(1_048_576);
    let read = 0;
    async function* long(): AsyncGenerator<string> {
      yield 'address\nalice@contoso.example\n';
      while (read < maxAccountsText * 2) {
        read += block.length;
        yield block;
      }
    }
    const refused = await readAccountsCsvPieces(long());
    expect(refused).toMatchObject({
      accounts: [],
      refused: [{ line: 1, refusal: { reason: 'text-too-large' } }],
      refusedCount: 1,
    });
    expect(read).toBeLessThanOrEqual(maxAccountsText + block.length);
  });
});

describe('lines of a text in pieces', () => {
  it('are cut where they are longer than a string can be', () => {
    const lines = new LinesOfPieces(10);
    const piece = 'x'.repeat(8_388_608);
    for (let count = 0; count < 80; count++) expect([...lines.add(piece)]).toEqual([]);
    expect([...lines.add('\nnext')]).toEqual([{ text: 'x'.repeat(12), isEnded: true }]);
    expect([...lines.end()]).toEqual([{ text: 'next', isEnded: false }]);
  });

  it('that are too long are so without the carriage return before their end', () => {
    const text = (line: string): readonly string[] => {
      const lines = new LinesOfPieces(3);
      return [...lines.add(line), ...lines.end()].map((one) => one.text);
    };
    expect(text('abc\r\nabcd\r\nabc\rd\n')).toEqual(['abc', 'abcd', 'abc\rd']);
    expect(text('abc\r')).toEqual(['abc']);
  });
});
