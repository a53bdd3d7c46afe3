import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { build } from 'esbuild';
import { projectFolder } from '../launch/packagedExtension';
import { runCommand } from '../launch/runCommand';

export interface BenchExtension {
  readonly name: string;
  /** As the list of running extensions shows it. */
  readonly displayName: string;
  /** A TypeScript file, bundled; without it, an extension that does nothing. */
  readonly main?: string;
  /** What package.json contributes. */
  readonly contributes?: Readonly<Record<string, unknown>>;
}

/**
 * Packages an extension that activates when start-up has finished and asks VS Code for nothing else.
 * @param folder where its source and its package go
 * @returns the path of the package
 */
export async function packageBenchExtension(
  folder: string,
  { name, displayName, main, contributes = {} }: BenchExtension,
): Promise<string> {
  const source = path.join(folder, name);
  mkdirSync(source);
  const manifest = {
    name,
    displayName,
    publisher: 'bench',
    version: '1.0.0',
    license: 'MIT',
    engines: { vscode: '^1.100.0' },
    main: './main.js',
    activationEvents: ['onStartupFinished'],
    contributes,
    files: ['main.js'],
  };
  writeFileSync(path.join(source, 'package.json'), JSON.stringify(manifest));
  const outfile = path.join(source, 'main.js');
  if (main === undefined) writeFileSync(outfile, 'exports.activate = () => {};\n');
  else
    await build({
      entryPoints: [main],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['vscode'],
      logLevel: 'warning',
    });
  const file = path.join(folder, `${name}.vsix`);
  const vsce = path.join(projectFolder, 'node_modules', '@vscode', 'vsce', 'vsce');
  const flags = ['--no-dependencies', '--allow-missing-repository', '--skip-license'];
  await runCommand(process.execPath, [vsce, 'package', ...flags, '--out', file], {
    cwd: source,
    timeoutMs: 60_000,
  });
  return file;
}
