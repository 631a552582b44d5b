export { create, type Streams } from './create.ts';
