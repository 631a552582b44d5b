import type { PatchList } from '../patch.ts';

/** The checks of the repository itself, each off once. */
export const patches: PatchList = {
  name: 'check',
  list: [
    {
      name: 'strict-guides',
      off: 'a guide may show a program that a strict compiler refuses',
      file: 'tooling/docs/complaints.ts',
      find: 'return [...program.getSyntacticDiagnostics(source), ...found].map(',
      replace: 'return [...program.getSyntacticDiagnostics(source), ...found.slice(found.length)].map(',
      test: {
        file: 'tooling/docs/guide-programs.test.ts',
        title: 'would not be taken with a mistake',
      },
    },
    {
      name: 'folder-circles',
      off: 'two folders of a package may import each other',
      file: 'tooling/check/folders.ts',
      find: 'for (const members of circlesOf(graph)) {',
      replace: 'for (const members of circlesOf(new Map(graph.size < 0 ? graph : []))) {',
      test: {
        file: 'tooling/check/folders.test.ts',
        title: 'refuses two folders that import each other, though no two files do, and says by what',
      },
    },
    {
      name: 'long-files',
      off: 'any number of files may have more than 300 lines',
      file: 'tooling/check/sizes.ts',
      find: 'if (percent <= maxLongFilesPercent) return [];',
      replace: 'if (percent >= 0) return [];',
      test: {
        file: 'tooling/check/sizes.test.ts',
        title: 'refuses it when more than 5 % of the files have more than 300 lines, and names them',
      },
    },
    {
      name: 'rooms-exist',
      off: 'the house may list a room that has no package',
      file: 'tooling/check/existing.ts',
      find: 'if (!there.has(room)) report(',
      replace: 'if (!there.has(room) && room === "") report(',
      test: { file: 'tooling/check/existing.test.ts', title: 'refuses a room without a package' },
    },
    {
      name: 'published-sources',
      off: 'a package may publish the condition that leads to its sources',
      file: 'tooling/check/manifests.ts',
      find: 'if (!isDeepStrictEqual(publishConfig?.exports, withoutSources))',
      replace: 'if (publishConfig === undefined)',
      test: {
        file: 'tooling/check/manifests.test.ts',
        title: 'refuses published entry points that lead to sources, or are others than those here',
      },
    },
    {
      name: 'own-entry-points',
      off: 'an entry point for this repository alone may be published',
      file: 'tooling/check/manifests.ts',
      find: '.filter(([, target]) => isPublished(target))',
      replace: '',
      test: {
        file: 'tooling/check/manifests.test.ts',
        title:
          'passes an entry point that leads to its source alone, and is for this repository; refuses it among the published ones',
      },
    },
    {
      name: 'own-reports',
      off: 'an entry point for this repository alone may have a report',
      file: 'tooling/api/entry-points.ts',
      find: ' || !isPublished(target)',
      replace: '',
      test: {
        file: 'tooling/check/api.test.ts',
        title: 'is written for what is published, not for an entry point that leads to sources alone',
      },
    },
    {
      name: 'whole-licence',
      off: 'a tarball may lack its licence',
      file: 'tooling/check/published-files.ts',
      find: "await same('LICENSE', '');",
      replace: '',
      test: { file: 'tooling/check/published-files.test.ts', title: 'are refused with a shortened licence' },
    },
    {
      name: 'light-help',
      off: 'the help of the command line may load what it likes',
      file: 'tooling/check/help-imports.ts',
      find: "if (typeOnly || ts.isCallExpression(node) || specifier.startsWith('node:')) continue;",
      replace: 'if (typeOnly || node.kind >= 0) continue;',
      test: {
        file: 'tooling/check/help-imports.test.ts',
        title: 'refuses one that loads a command, or a package, for its help',
      },
    },
    {
      name: 'larger-entries',
      off: 'an entry point may grow without end',
      file: 'tooling/check/entry-sizes.ts',
      find: 'if (bytes > budget)',
      replace: 'if (bytes > 0 && budget === 0)',
      test: {
        file: 'tooling/check/published-files.test.ts',
        title: 'may be 15 % above what the table says, and no more',
      },
    },
    {
      name: 'dearer-transactions',
      off: 'a transaction may become dearer than the committed figure without end',
      file: 'tooling/bench/watch/judge-watch.ts',
      find: 'row({ against, aim: { ratioAtMost: mostDearer } })',
      replace: 'row({ against })',
      test: {
        file: 'tooling/bench/watch/watch.test.ts',
        title: 'fails when the median of the rounds is more than 15 % above the committed ratio',
      },
    },
    {
      name: 'dearer-once-more',
      off: 'a transaction that is dearer is measured until it is not',
      file: 'tooling/bench/watch/repeat.ts',
      find: 'time === mostTimes ||',
      replace: 'time === 9 ||',
      test: {
        file: 'tooling/bench/watch/watch.test.ts',
        title: 'fails where it does so three times in a row, and measures no more once it does not',
      },
    },
    {
      name: 'tsdoc-dialect',
      off: 'a parameter may be described without a hyphen',
      file: 'tooling/check/tsdoc.ts',
      find: '/^([\\w$.[\\]]+) - \\S/.exec(text)',
      replace: '/^([\\w$.[\\]]+)/.exec(text)',
      test: {
        file: 'tooling/check/tsdoc.test.ts',
        title: 'refuses a parameter without hyphen, without text or with a type, and says where',
      },
    },
    {
      name: 'tsdoc-members',
      off: 'a member of an exported type needs no word about it',
      file: 'tooling/check/tsdoc.ts',
      find: 'if (promised.has(member.name) || docCommentOf(member.node) !== undefined) continue;',
      replace: 'continue;',
      test: {
        file: 'tooling/check/tsdoc.test.ts',
        title: 'wants something said of each member that users of an exported type can name',
      },
    },
    {
      name: 'tsdoc-summaries',
      off: 'an export of an entry point needs no summary',
      file: 'tooling/check/tsdoc.ts',
      find: 'if (!isSummarised(node)) say(node,',
      replace: 'if (!isSummarised(node) && false) say(node,',
      test: {
        file: 'tooling/check/tsdoc.test.ts',
        title: 'refuses an export of an entry point without summary, wherever it is declared',
      },
    },
    {
      name: 'modules-given-back',
      off: 'what a file of tests gets depends on which one before it has replaced a module',
      file: 'tooling/check/replaced-modules.ts',
      find: '.filter((call) => !text.includes(call))',
      replace: '.filter(() => false)',
      test: {
        file: 'tooling/check/replaced-modules.test.ts',
        title: 'a test that replaces a module loads what it tests again, and gives the module back',
      },
    },
    {
      name: 'waits-without-clock',
      off: 'a test gives up after a second, however slow the machine is',
      file: 'tooling/check/test-waits.ts',
      find: '[...new Set(text.match(/\\bvi\\.wait(?:For|Until)(?=\\()/g))]',
      replace: '[...new Set<string>()]',
      test: {
        file: 'tooling/check/test-waits.test.ts',
        title: 'a test waits in no way that gives up after a second, or moves its clock',
      },
    },
    {
      name: 'still-polls',
      off: 'how often a poll has looked moves the clock of the test',
      file: 'tooling/runner/still-polls.ts',
      find: 'vi.isFakeTimers() ? { ...options, interval: 0 } : options',
      replace: 'options',
      test: {
        file: 'tooling/runner/still-polls.test.ts',
        title: 'a poll moves no test clock, however often it looks',
      },
    },
    {
      name: 'types-of-others',
      off: 'a declaration that leads to a package which needs the types of a browser is published',
      file: 'tooling/check/consumer.ts',
      find: '/^\\S.*: error TS\\d+: /.test(line)',
      replace: '/^(consumer\\.ts|node_modules\\/@entente\\/)/.test(line)',
      test: {
        file: 'tooling/check/tools.test.ts',
        title: 'refuses a tarball whose declarations lead to a package that needs the types of a browser',
      },
    },
  ],
};
