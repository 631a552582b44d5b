export { FrontEnd, type FrontEndOptions } from './front-end.ts';
export { type RunningFrontEnd, type ServeFrontEndOptions, serveFrontEnd } from './serve-front-end.ts';
