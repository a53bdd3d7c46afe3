import { FileType, Uri, workspace } from 'vscode';
import type { LocalFile } from '../../core/cloud/taskActions';
import { schemaProblem } from '../../core/running/schemaProblem';
import { UserError } from '../userError';

/** An option whose value is paths. */
export type PathOption = 'outputSchema' | 'files';

/** In bytes. @see openapi v4, WorkspaceFileUploadItem.size, for files; of a schema, far more than an output needs */
const largest: Readonly<Record<PathOption, number>> = {
  outputSchema: 1_000_000,
  files: 50 * 1024 * 1024,
};

/**
 * What the paths of a draft mean. A path that stands in a file leads to a file of the same folder of the workspace, and to no other; one
 * that code gives may be absolute, or a URI, and lead into any folder of the window. Any other file is given along only where the
 * person has chosen it.
 */
export class GivenPaths {
  /** Where paths begin. Absent: in a window without a folder there are none. */
  readonly base: Uri | undefined;
  /** The folder that paths must not leave. */
  readonly #root: Uri | undefined;
  readonly #isInFile: boolean;
  /** What the person has chosen, by its path. */
  readonly #chosen = new Map<string, Uri>();

  /** @param file the file that has the paths; absent: they begin in the first folder of the window */
  constructor(file: Uri | undefined) {
    this.#isInFile = file !== undefined;
    const isSaved = file !== undefined && file.scheme !== 'untitled';
    const folder = isSaved ? Uri.joinPath(file, '..') : undefined;
    const first = workspace.workspaceFolders?.[0]?.uri;
    this.base = folder ?? first;
    this.#root = (folder && (workspace.getWorkspaceFolder(folder)?.uri ?? folder)) ?? first;
  }

  /** Notes that the person has chosen a file. @returns its path, or its whole URI where it lies elsewhere */
  choose(uri: Uri): string {
    const start = this.base && `${this.base.path.replace(/\/$/u, '')}/`;
    const isBelow =
      start !== undefined && uri.scheme === this.base?.scheme && uri.path.startsWith(start);
    const path = isBelow ? uri.path.slice(start.length) : uri.toString();
    this.#chosen.set(path, uri);
    return path;
  }

  /**
   * What must be no link, as a link may lead out of the folder: the file at a path and the folders above it, up to the one that it
   * must not leave. Nothing of a file that the person has chosen.
   */
  withoutLinks(path: string): readonly Uri[] {
    if (this.#chosen.has(path)) return [];
    const { uri, root } = this.#find(path);
    const names = uri.path.slice(root.path.length).split('/');
    const parts = names.filter((name) => name !== '');
    return parts.map((_, index) => Uri.joinPath(root, ...parts.slice(0, index + 1)));
  }

  /** @throws {UserError} for a path that leads out of the folder and was not chosen */
  resolve(path: string): Uri {
    return this.#chosen.get(path) ?? this.#find(path).uri;
  }

  /** @throws {UserError} for a path that leads out of the folder */
  #find(path: string): { readonly uri: Uri; readonly root: Uri } {
    const isRelative = !/^[a-z][\w+.-]*:|^[\\/]/iu.test(path);
    if (!isRelative && !this.#isInFile) return this.#findInWindow(path);
    const uri = isRelative && this.base ? Uri.joinPath(this.base, path) : undefined;
    const root = this.#root;
    if (uri && root && uri.path.startsWith(`${root.path.replace(/\/$/u, '')}/`))
      return { uri, root };
    throw this.#isInFile
      ? new UserError(
          `${path} lies outside the folder that it is named in. Choose the file by hand.`,
        )
      : outsideOfWindow(path);
  }

  #findInWindow(path: string): { readonly uri: Uri; readonly root: Uri } {
    const uri = this.#uriOf(path);
    const root = uri && workspace.getWorkspaceFolder(uri)?.uri;
    if (!root) throw outsideOfWindow(path);
    return { uri, root };
  }

  /** Without `..`, by which it could lead out of a folder that it seems to lie in; `undefined` for what is no URI. */
  #uriOf(path: string): Uri | undefined {
    const { base } = this;
    try {
      // One letter before the colon is a drive.
      if (/^[a-z][\w+.-]+:/iu.test(path)) return Uri.joinPath(Uri.parse(path), '.');
      const named = Uri.file(path);
      // A path on a remote machine has the scheme of the folders there.
      const isHere = base === undefined || base.scheme === 'file';
      return Uri.joinPath(isHere ? named : base.with({ path: named.path }), '.');
    } catch {
      return undefined;
    }
  }
}

function outsideOfWindow(path: string): UserError {
  const names = (workspace.workspaceFolders ?? []).map(({ name }) => name);
  return new UserError(
    names.length === 0
      ? `${path} cannot be found, as no folder is open. Choose the file by hand.`
      : `${path} lies outside the ${names.length === 1 ? 'folder that is' : 'folders that are'} open: ${names.join(', ')}. Choose the file by hand.`,
  );
}

/**
 * Reads the schema that the output is to meet.
 * @throws {UserError} where the file is not there, not JSON, or no schema
 */
export async function readSchema(
  path: string,
  paths: GivenPaths,
): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await readBytes('outputSchema', path, paths);
  let schema: unknown;
  try {
    schema = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new UserError(
      `${path} is not JSON. ${error instanceof Error ? error.message : 'It cannot be read'}.`,
    );
  }
  const problem = schemaProblem(schema);
  if (problem !== undefined)
    throw new UserError(`${path} cannot be the output’s schema. ${problem}`);
  return schema as Readonly<Record<string, unknown>>;
}

/**
 * Reads the files that are given along.
 * @throws {UserError} where one is not there, empty, too large, or named like another
 */
export async function readFiles(
  files: readonly string[],
  paths: GivenPaths,
): Promise<readonly LocalFile[]> {
  const read: LocalFile[] = [];
  for (const path of files) {
    const name = paths.resolve(path).path.split('/').at(-1) ?? path;
    if (read.some((each) => each.name === name))
      throw new UserError(`Two files are named ${name}: the cloud would keep one of them.`);
    const bytes = await readBytes('files', path, paths);
    if (bytes.length === 0)
      throw new UserError(`${path} is empty, and the cloud takes no empty files.`);
    read.push({ name, contentType: contentTypeOf(name), bytes });
  }
  return read;
}

async function readBytes(option: PathOption, path: string, paths: GivenPaths): Promise<Uint8Array> {
  const uri = await findFile(option, path, paths);
  try {
    return await workspace.fs.readFile(uri);
  } catch {
    throw new UserError(`${path} cannot be read.`);
  }
}

/**
 * The file that a path of an option names, where it could be sent as far as is known without reading it.
 * @throws {UserError} that says why it cannot
 */
export async function findFile(option: PathOption, path: string, paths: GivenPaths): Promise<Uri> {
  const uri = paths.resolve(path);
  let size: number;
  try {
    for (const part of paths.withoutLinks(path)) {
      const { type } = await workspace.fs.stat(part);
      if ((type & FileType.SymbolicLink) !== 0)
        throw new UserError(
          `${path} is a link, or lies behind one, and may lead out of its folder. Choose the file by hand.`,
        );
    }
    const { type, size: found } = await workspace.fs.stat(uri);
    if ((type & FileType.Directory) !== 0) throw new UserError(`${path} is a folder, not a file.`);
    if ((type & FileType.File) === 0) throw new UserError(`${path} is not a file.`);
    size = found;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is not there.`);
  }
  if (size > largest[option])
    throw new UserError(
      `${path} has ${Math.ceil(size / 1_000_000)} MB, and at most ${Math.floor(largest[option] / 1_000_000)} MB are taken.`,
    );
  return uri;
}

const contentTypes: ReadonlyMap<string, string> = new Map([
  ['csv', 'text/csv'],
  ['doc', 'application/msword'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['gif', 'image/gif'],
  ['htm', 'text/html'],
  ['html', 'text/html'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['json', 'application/json'],
  ['md', 'text/markdown'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['svg', 'image/svg+xml'],
  ['tsv', 'text/tab-separated-values'],
  ['txt', 'text/plain'],
  ['webp', 'image/webp'],
  ['xls', 'application/vnd.ms-excel'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['xml', 'application/xml'],
  ['zip', 'application/zip'],
]);

/** The MIME type of a file by the ending of its name; that of bytes where the ending tells none. */
function contentTypeOf(name: string): string {
  const ending = /\.([^.]+)$/u.exec(name)?.[1] ?? '';
  return contentTypes.get(ending.toLowerCase()) ?? 'application/octet-stream';
}
