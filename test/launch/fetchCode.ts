import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { cacheFolder } from './cacheFolder';
import { codeVersions, nodePackage, type CodeVersion } from './codeVersions';
import { installOnce } from './installOnce';
import { phase, printLine, type PrintLine } from './progress';
import { runCommand, runNpm } from './runCommand';
import { fileLogger } from './fileLogger';

/** VS Code's server build on this machine, ready to start. */
export interface CodeInstallation {
  readonly version: CodeVersion;
  /** The Node that this VS Code is made for. */
  readonly nodePath: string;
  /** The server's program. */
  readonly serverMain: string;
}

const npmTimeoutMs = 5 * 60_000;

/**
 * Gets VS Code's server build and its Node from npm, or finds them in the cache folder.
 *
 * @throws {Error} that names the failed step, when npm cannot be reached or has no fitting Node.
 */
export async function fetchCode(
  version: CodeVersion,
  print: PrintLine = printLine,
): Promise<CodeInstallation> {
  const { code, codeServer, nodeMajor } = codeVersions[version];
  const nodeSpec = nodePackage(nodeMajor);
  if (!nodeSpec) {
    throw new Error(
      `npm has no Node ${nodeMajor} for ${process.platform}-${process.arch}. Set VSCODE_EXECUTABLE to a VS Code on this machine.`,
    );
  }
  const root = cacheFolder();
  const nodeFolder = path.join(root, nodeSpec.replace('@', '-'));
  const codeFolder = path.join(
    root,
    `vscode-${code}-${process.platform}-${process.arch}-${recipe()}`,
  );
  await installOnce(
    nodeFolder,
    (temporary) =>
      phase(`Node for VS Code (${nodeSpec})`, print, () => getNode(nodeSpec, temporary)),
    { print },
  );
  await installOnce(
    codeFolder,
    (temporary) => phase(`VS Code ${code} from npm`, print, () => getCode(codeServer, temporary)),
    { print },
  );
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  return {
    version,
    nodePath: path.join(nodeFolder, 'bin', program),
    serverMain: path.join(codeFolder, 'out', 'server-main.js'),
  };
}

async function getNode(spec: string, folder: string): Promise<void> {
  await unpack(spec, folder, ['--strip-components=1', 'package/bin']);
}

async function getCode(codeServerVersion: string, folder: string): Promise<void> {
  // Source maps are two thirds of the package; Copilot and diagrams most of the rest.
  await unpack(`code-server@${codeServerVersion}`, folder, [
    '--strip-components=3',
    ...leftOut.map((pattern) => `--exclude=${pattern}`),
    'package/lib/vscode',
  ]);
  await leaveOutUnused(path.join(folder, 'package.json'));
  await runNpm(['install', '--omit=dev', '--prefix', folder], folder, npmTimeoutMs);
  const packages = path.join(folder, 'node_modules');
  await writeLogger(path.join(packages, '@vscode', 'spdlog'));
  await getTerminals(packages);
}

/** Terminals from a build of node-pty that npm has ready-made: without one, VS Code has none. */
async function getTerminals(packages: string): Promise<void> {
  const platform = `@lydell/node-pty-${process.platform}-${process.arch}`;
  for (const [name, as] of [
    ['@lydell/node-pty', 'node-pty'],
    [platform, platform],
  ] as const) {
    const folder = path.join(packages, as);
    await fs.mkdir(folder, { recursive: true });
    await unpack(`${name}@${nodePtyVersion}`, folder, ['--strip-components=1', 'package']);
  }
}

/** Gets a package as its archive, which npm checks against the registry's hash, and unpacks a part. */
async function unpack(spec: string, folder: string, tarArguments: string[]): Promise<void> {
  const archives = path.join(folder, '.archive');
  await fs.mkdir(archives);
  await runNpm(['pack', spec, '--pack-destination', archives], archives, npmTimeoutMs);
  const [archive] = (await fs.readdir(archives)).filter((name) => name.endsWith('.tgz'));
  if (!archive) throw new Error(`npm pack ${spec} left no archive.`);
  // A relative name: GNU tar takes "C:" at the start of one for a remote host.
  await runCommand('tar', ['-xzf', `.archive/${archive}`, ...tarArguments], {
    cwd: folder,
    timeoutMs: 2 * 60_000,
  });
  await fs.rm(archives, { recursive: true });
}

/** Source maps are two thirds of the package; Copilot and diagrams most of the rest. */
const leftOut = [
  '*.map',
  'package/lib/vscode/extensions/copilot',
  'package/lib/vscode/extensions/mermaid-markdown-features',
];

/**
 * Parts that are large, or useless without the native builds that are not made here: agents and
 * containers, search, Kerberos; and terminals, of which a ready-made build takes the place. They are loaded only when
 * used.
 */
const unused = [
  '@devcontainers/cli',
  '@github/copilot-sdk',
  '@microsoft/mxc-sdk',
  '@vscode/ripgrep-universal',
  '@vscode/sandbox-runtime',
  '@vscode/windows-process-tree',
  '@vscode/windows-registry',
  'kerberos',
  'node-pty',
  'ssh2',
];

const nodePtyVersion = '1.1.0';

/** Part of the cache's folder names, so that what an older recipe made is not taken for what this one makes. */
function recipe(): string {
  const digest = createHash('sha256').update(
    JSON.stringify([leftOut, unused, fileLogger, nodePtyVersion]),
  );
  return digest.digest('hex').slice(0, 8);
}

async function leaveOutUnused(manifestFile: string): Promise<void> {
  const manifest = JSON.parse(await fs.readFile(manifestFile, 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of unused) delete manifest.dependencies[name];
  await fs.writeFile(manifestFile, JSON.stringify(manifest, null, 2));
}

/** Without its native part the log library fails to load and output channels stay empty. */
async function writeLogger(folder: string): Promise<void> {
  await fs.writeFile(path.join(folder, 'index.js'), fileLogger);
}
