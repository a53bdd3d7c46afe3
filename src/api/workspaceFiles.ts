import * as z from 'zod/mini';
import { CloudError } from '../core/cloud/errors';
import type { TaskDetails, TaskFile } from '../core/cloud/task';
import { flag, identifier, listOf, understand, webUrl } from './fields';
import { path } from './path';
import { partIsMissing } from './refusal';
import type { SendRequest } from './sendRequest';

/** Where a workspace lies: `api/v3` or `api/v4`. */
export type WorkspaceVersion = 'v3' | 'v4';

export interface WorkspaceFilesOptions {
  readonly version: WorkspaceVersion;
  readonly workspaceId: string;
  /** Only files whose path begins so. */
  readonly prefix?: string;
}

/** More of a workspace is not listed; it may hold what many tasks have left there. */
const mostFiles = 100;

const filesSchema = z.object({
  files: listOf(z.object({ path: identifier, url: webUrl })),
  hasMore: flag,
});

/**
 * The first hundred files of a workspace. The ID of each is the workspace's and the file's path, with a slash between:
 * `getWorkspaceFileUrl` takes it apart.
 * @see cloud-api-v3-v4.md §4 and §5: `GET /workspaces/{id}/files`
 */
export async function listWorkspaceFiles(
  send: SendRequest,
  { version, workspaceId, prefix = '' }: WorkspaceFilesOptions,
  signal: AbortSignal,
): Promise<Pick<TaskDetails, 'files' | 'hasMoreFiles'>> {
  const query = new URLSearchParams({ limit: String(mostFiles), ...(prefix && { prefix }) });
  return send({
    path: `${path`/api/${version}/workspaces/${workspaceId}/files`}?${query.toString()}`,
    signal,
    isDetails: true,
    notFoundKind: partIsMissing,
    read(answer) {
      const { files, hasMore } = understand(filesSchema, answer, 'the files of a workspace');
      return {
        files: files.map((file) => ({
          id: `${workspaceId}/${file.path}`,
          name: file.path.startsWith(prefix) ? file.path.slice(prefix.length) : file.path,
        })),
        hasMoreFiles: hasMore,
      };
    },
  });
}

/** A fresh link for a file of `listWorkspaceFiles`. It lives for a minute. */
export async function getWorkspaceFileUrl(
  send: SendRequest,
  version: WorkspaceVersion,
  { id }: TaskFile,
  signal: AbortSignal,
): Promise<string> {
  const workspaceId = id.slice(0, Math.max(0, id.indexOf('/')));
  const filePath = id.slice(workspaceId.length + 1);
  const query = new URLSearchParams({ prefix: filePath, includeUrls: 'true' });
  const url = await send({
    path: `${path`/api/${version}/workspaces/${workspaceId}/files`}?${query.toString()}`,
    signal,
    notFoundKind: partIsMissing,
    read: (answer) =>
      understand(filesSchema, answer, 'the files of a workspace').files.find(
        (file) => file.path === filePath,
      )?.url,
  });
  if (url !== undefined) return url;
  throw new CloudError('refused', 'The workspace has no such file any more', { status: 404 });
}
