import { pictureFaults } from './housePicture';
import { sourceFiles, violations } from './importRules';
import { packagingSteps, projectFolder, type Step } from './launch/packagedExtension';

/** A part of the test command. */
export interface Suite {
  readonly name: string;
  /** Other words that name it, alone or with others. */
  readonly aliases?: readonly string[];
  /**
   * Programs that run one after the other until one fails; or a function that says what is wrong.
   * Without `countsTests` the whole of it is one check.
   */
  readonly steps: readonly Step[] | (() => string[]);
  /** The last step counts its tests through `countingReporter`. */
  readonly countsTests?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Suites that must have run, and passed, before. */
  readonly needs?: readonly string[];
  /** The suite is ended, and has failed, after so many minutes. */
  readonly limitMinutes: number;
}

const typescript = 'node_modules/typescript/bin/tsc';
const tsx = 'node_modules/tsx/dist/cli.mjs';
/** Needs no VS Code, as those in the folder `details`. */
const detailsPageTests = 'test/ui/detailsPage.test.ts';
/** Of the unit tests those with real sockets, files and deadlines, which take as long as these do. */
const withSockets = ['test/unit/api/*.test.ts', 'test/unit/platform/*.test.ts'];
/** What every suite of windows has besides its tests. */
const forAllWindows = ['test/ui/failurePictures.test.ts', 'test/ui/keptWindows.test.ts'];

/**
 * Everything that the test command runs. It starts them in this order, a few at a time: what is soon known comes first,
 * then what takes minutes, the longest first, so that all lanes come to their ends together; what waits for editors
 * beside what computes.
 */
export const suites: readonly Suite[] = [
  {
    name: 'types',
    steps: ['.', 'src/core', 'src/webview', 'test'].map((folder) => [typescript, '-p', folder]),
    limitMinutes: 5,
  },
  {
    name: 'lint',
    steps: [['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings']],
    limitMinutes: 5,
  },
  {
    name: 'format',
    steps: [['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.']],
    limitMinutes: 5,
  },
  {
    name: 'imports',
    steps: () => {
      const files = sourceFiles(projectFolder);
      const faults = violations(files);
      // A picture of imports that break the rules is not to be drawn.
      return faults.length > 0 ? faults : pictureFaults(projectFolder, files);
    },
    limitMinutes: 1,
  },
  {
    name: 'build',
    steps: [...packagingSteps, ['esbuild.mjs', '--host-tests']],
    limitMinutes: 5,
  },
  {
    name: 'tools',
    steps: [[tsx, 'test/launch/fetchTools.ts']],
    limitMinutes: 15,
  },
  {
    name: 'package',
    steps: [mocha(30_000, 'test/package.test.ts')],
    countsTests: true,
    needs: ['build'],
    limitMinutes: 1,
  },
  {
    name: 'unit',
    steps: [
      mocha(
        30_000,
        ...withSockets.map((files) => `--ignore=${files}`),
        'test/unit/**/*.test.ts',
        'test/launch/*.test.ts',
        'test/importRules.test.ts',
        'test/housePicture.test.ts',
        'test/sideBySide.test.ts',
      ),
    ],
    countsTests: true,
    limitMinutes: 5,
  },
  {
    name: 'sockets',
    steps: [mocha(30_000, ...withSockets)],
    countsTests: true,
    limitMinutes: 5,
  },
  ...(
    [
      ['ui-a-n', '[a-n]'],
      ['ui-o-z', '[o-z]'],
    ] as const
  ).map(([name, letters]) => ({
    name,
    aliases: ['ui'],
    steps: [
      mocha(
        120_000,
        ...forAllWindows.map((file) => `--file=${file}`),
        ...[...forAllWindows, detailsPageTests].map((file) => `--ignore=${file}`),
        `test/ui/${letters}*.test.ts`,
      ),
    ],
    countsTests: true,
    needs: ['build', 'tools'],
    limitMinutes: 20,
  })),
  ...(['newest', 'oldest'] as const).map((version) => ({
    name: `host-${version}`,
    aliases: ['host'],
    steps: [[tsx, 'test/launch/runHostTests.ts'] as const],
    countsTests: true,
    env: { BROWSER_USE_TASKS_CODE: version },
    needs: ['build', 'tools'],
    limitMinutes: 15,
  })),
  {
    name: 'page',
    aliases: ['ui'],
    steps: [mocha(120_000, detailsPageTests, 'test/ui/details/*.test.ts')],
    countsTests: true,
    needs: ['tools'],
    limitMinutes: 15,
  },
  {
    name: 'contract',
    steps: [mocha(30_000, 'test/contract/**/*.test.ts')],
    countsTests: true,
    limitMinutes: 5,
  },
  {
    name: 'engine',
    steps: [mocha(30_000, 'test/engine/*.test.ts')],
    countsTests: true,
    limitMinutes: 5,
  },
  {
    name: 'windows',
    steps: [mocha(60_000, 'test/windows/**/*.test.ts')],
    countsTests: true,
    needs: ['tools'],
    limitMinutes: 5,
  },
  {
    name: 'soak',
    steps: [mocha(240_000, 'test/soak/*.test.ts')],
    countsTests: true,
    limitMinutes: 5,
  },
];

/**
 * The suites that `words` name, in the order in which they run, with those that they need; all of
 * them without words.
 *
 * @throws {Error} that lists the names, for a word that names none.
 */
export function chooseSuites(words: readonly string[]): Suite[] {
  if (words.length === 0) return [...suites];
  const chosen = new Set<string>();
  for (const word of words) {
    const named = suites.filter(({ name, aliases = [] }) => [name, ...aliases].includes(word));
    if (named.length === 0) throw new Error(unknownWord(word));
    for (const { name, needs = [] } of named) {
      for (const each of [name, ...needs]) chosen.add(each);
    }
  }
  return suites.filter(({ name }) => chosen.has(name));
}

function unknownWord(word: string): string {
  const words = new Set(suites.flatMap(({ name, aliases = [] }) => [name, ...aliases]));
  return `There is no test suite "${word}". There are: ${[...words].join(', ')}.`;
}

function mocha(timeoutMs: number, ...args: string[]): Step {
  return [
    'node_modules/mocha/bin/mocha.js',
    '--import=tsx',
    '--forbid-only',
    `--timeout=${timeoutMs}`,
    '--reporter=test/reporter.cjs',
    ...args,
  ];
}
