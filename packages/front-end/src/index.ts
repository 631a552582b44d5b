export { FrontEnd, type FrontEndOptions } from './front-end.ts';
export { createRequestRefusals, type RequestRefusals } from './request-refusals.ts';
export { type RunningFrontEnd, type ServeFrontEndOptions, serveFrontEnd } from './serve-front-end.ts';
