import { quoteForPeople, type SipProblem } from '../syntax/problem.ts';
import type { MessageLimits } from './limits.ts';

/** The header does not end within its limit. */
export function headersTooLong(limits: MessageLimits): SipProblem {
  return {
    code: 'headers-too-long',
    status: 513,
    message: `Header: expected at most ${limits.maxHeaderBytes} bytes up to the empty line, found more`,
  };
}

/** The start line does not end within its limit. */
export function startLineTooLong(limits: MessageLimits): SipProblem {
  return {
    code: 'start-line-too-long',
    status: 414,
    message: `Start line: expected at most ${limits.maxStartLineBytes} bytes, found more`,
  };
}

/** More header fields than allowed. */
export function tooManyHeaders(limits: MessageLimits): SipProblem {
  return {
    code: 'too-many-headers',
    status: 513,
    message: `Header: expected at most ${limits.maxHeaders} fields, found more`,
  };
}

/** CR or LF that is not part of a CRLF. */
export function bareBreak(where: string): SipProblem {
  return {
    code: 'bare-line-break',
    status: 400,
    message: `Line break in ${where}: expected CRLF, found CR or LF alone`,
  };
}

/** A Content-Length that is not a number, or is present twice: the end of the message is unknown. */
export function badContentLength(found: string, twice: boolean): SipProblem {
  return {
    code: 'content-length-invalid',
    header: 'Content-Length',
    status: 400,
    message: `Content-Length: expected one number of bytes, found ${twice ? 'it twice, then ' : ''}${quoteForPeople(found)}`,
  };
}

/** A header line without a field name and a colon. */
export function malformedLine(line: string): SipProblem {
  return {
    code: 'malformed-header',
    status: 400,
    message: `Header line: expected a field name and a colon, found ${quoteForPeople(line)}`,
  };
}

/** A field that is present twice and may occur once. */
export function repeated(header: string): SipProblem {
  return {
    code: 'repeated-header',
    header,
    status: 400,
    message: `${header}: expected one field, found more than one`,
  };
}

/** A NUL that is not escaped. */
export const rawNul: SipProblem = {
  code: 'malformed-header',
  status: 400,
  message: 'Header: expected no NUL outside of quoted pairs, found one',
};
