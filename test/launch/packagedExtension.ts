import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { runCommand } from './runCommand';

/** The project's folder, with a package.json in it. */
export const projectFolder = path.resolve(__dirname, '..', '..');

/** The packaged extension, once `packagingSteps` have run. */
export const packagedExtension = path.join(projectFolder, 'out', 'browser-use-tasks.vsix');

/** A program of the project that Node runs: its file, from the project's folder, and its arguments. */
export type Step = readonly [file: string, ...args: string[]];

const packaging = [
  'package',
  // The bundles hold what they need.
  '--no-dependencies',
  // The project has no public address that the README's pictures could be fetched from.
  '--allow-missing-repository',
  '--no-rewrite-relative-links',
];

/** What `npm run package` does, but that the package lies out of the way. Run them in the project's folder. */
export const packagingSteps: readonly Step[] = [
  ['esbuild.mjs'],
  ['node_modules/@vscode/vsce/vsce', ...packaging, '--out', packagedExtension],
];

/**
 * Builds and packages the extension.
 *
 * @throws {Error} with the output of the step that failed.
 */
export async function packageExtension(): Promise<void> {
  await fs.mkdir(path.dirname(packagedExtension), { recursive: true });
  for (const [file, ...args] of packagingSteps) {
    await runCommand(process.execPath, [path.join(projectFolder, file), ...args], {
      cwd: projectFolder,
      timeoutMs: 2 * 60_000,
    });
  }
}
