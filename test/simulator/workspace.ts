import type { FileScript } from './taskScript';

/** Where files of sessions of v3 and v4 lie. @see cloud-api-v3-v4.md §4 and §5 */
export interface Workspace {
  readonly id: string;
  readonly createdAtMs: number;
  name: string | null;
  updatedAtMs: number;
  isArchived: boolean;
  /** Files that a client announced, by the IDs that it got for them. */
  readonly uploads: Map<string, Upload>;
  /** Paths of files that were deleted. */
  readonly deletedPaths: Set<string>;
}

export interface Upload {
  readonly id: string;
  /** The client's name for it, and the path at which it lies in the workspace. */
  readonly name: string;
  readonly path: string;
  readonly contentType: string;
  /** As announced; v3 takes files of any size. */
  readonly size: number | undefined;
  /** `undefined` until the file is there. */
  content: Buffer | undefined;
  uploadedAtMs: number | undefined;
}

/** A file that a client has put there. */
export function uploadOf(id: string, file: FileScript, uploadedAtMs: number): Upload {
  const content = Buffer.from(file.content);
  const { name, contentType = 'application/octet-stream' } = file;
  const path = `uploads/${name}`;
  return { id, name, path, contentType, size: content.byteLength, content, uploadedAtMs };
}

/** A file of a workspace at one moment. */
export interface WorkspaceFile {
  readonly path: string;
  readonly file: FileScript;
  readonly modifiedAtMs: number;
}
