import { describe, expect, it } from 'vitest';
import {
  formatMemberProblems,
  maxMemberProblems,
  maxProblemsLength,
  maxProblemText,
  memberProblemsFormat,
  parseMemberProblems,
  type ReportedMemberProblem,
} from '../src/index.ts';

const problem: ReportedMemberProblem = {
  part: 'external-certificate',
  message: 'the external certificate expires at 2026-06-08T00:00:00.000Z, and is not replaced yet',
  remedy: 'replace the files',
};
const text = (changes: object) =>
  JSON.stringify({ format: memberProblemsFormat, problems: [problem], ...changes });

describe('the problems that a member reports', () => {
  it('are read as they were written', () => {
    expect(parseMemberProblems(formatMemberProblems([problem]))).toEqual([problem]);
    expect(parseMemberProblems(formatMemberProblems([]))).toEqual([]);
  });

  it('are read without the fields that a later release adds', () => {
    const later = text({ since: 1, problems: [{ ...problem, since: 1, stops: true }] });
    expect(parseMemberProblems(later)).toEqual([problem]);
  });

  it('are not read where they have another format, or are more or longer than they may be', () => {
    const long = { ...problem, message: 'x'.repeat(maxProblemText + 1) };
    for (const hostile of [
      'null',
      '[]',
      '{',
      text({ format: 'entente-member-problems/2' }),
      text({ problems: Array.from({ length: maxMemberProblems + 1 }, () => problem) }),
      text({ problems: [long] }),
      text({ problems: [{ ...problem, part: 'Two words' }] }),
      text({ problems: [{ ...problem, message: '' }] }),
      text({ padding: 'x'.repeat(maxProblemsLength) }),
    ])
      expect(parseMemberProblems(hostile), hostile.slice(0, 80)).toBeUndefined();
  });

  it('have no control character, which would write to the terminal of an administrator', () => {
    for (const character of ['\u001b', '\n', '\u202e', '\u200b', '\u007f', '\ud800'])
      for (const field of ['message', 'remedy'])
        expect(
          parseMemberProblems(text({ problems: [{ ...problem, [field]: `a${character}b` }] })),
        ).toBeUndefined();
    const written = formatMemberProblems([{ ...problem, message: 'EIO:\n\u001b[2J' }]);
    expect(parseMemberProblems(written)?.[0]?.message).toBe('EIO:  [2J');
  });

  it('are written within their bounds, whatever a server has', () => {
    const many = Array.from({ length: 40 }, () => ({
      ...problem,
      message: '\u{1f4de}'.repeat(maxProblemText),
    }));
    const written = formatMemberProblems(many);
    expect(written.length).toBeLessThanOrEqual(maxProblemsLength);
    expect(parseMemberProblems(written)).toHaveLength(maxMemberProblems);
  });
});
