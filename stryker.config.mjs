// Mutation testing of src/core: `npm run test:mutation`, or one file with `-- --mutate src/core/polling/backoff.ts`.
/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: ['src/core/**/*.ts', '!src/core/**/*.d.ts'],
  testRunner: 'mocha',
  // Named here, as a search for plugins finds nothing where packages are linked.
  plugins: ['@stryker-mutator/mocha-runner'],
  testRunnerNodeArgs: ['--import=tsx'],
  mochaOptions: {
    spec: ['test/unit/core/**/*.test.ts'],
    // Their chance would make scores differ from run to run.
    ignore: ['**/*.properties.test.ts'],
    'no-config': true,
    extension: ['ts'],
  },
  coverageAnalysis: 'perTest',
  // A mutant is no less killed for being loaded with the module; those would take the whole suite each.
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 3000,
  // TypeScript 7 has no programming interface that could rewrite it; tsx reads the project's own.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  tempDirName: 'out/mutation/sandbox',
  ignorePatterns: ['dist', 'out', 'media/readme', '*.vsix', '.vscode-test'],
  incremental: true,
  incrementalFile: 'out/mutation/incremental.json',
  reporters: ['clear-text', 'html', 'json', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: 'out/mutation/report.html' },
  jsonReporter: { fileName: 'out/mutation/report.json' },
  thresholds: { high: 95, low: 92, break: 90 },
};
