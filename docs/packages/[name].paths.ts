import { packagePages } from '../.vitepress/package-pages.ts';

export default {
  paths: () => packagePages().map(({ name, text }) => ({ params: { name }, content: text })),
};
