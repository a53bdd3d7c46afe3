import * as z from 'zod/mini';
import type { Server } from '../core/cloud/baseUrl';
import { CloudError } from '../core/cloud/errors';
import type { LocalFile, TaskActions } from '../core/cloud/taskActions';
import { unsentError } from './actions';
import { errorOfStorage, storageUrl } from './download';
import { identifier, lenient, listOf, understand, webUrl } from './fields';
import { exchange, isSuccess, type Limits } from './http';
import { path } from './path';
import { partIsMissing, routeIsMissing } from './refusal';
import type { SendRequest } from './sendRequest';
import type { WorkspaceVersion } from './workspaceFiles';

/** Puts a file where a presigned link says, without the key. The link is pinned to the file's type and length. */
export type Upload = (
  link: string,
  file: Pick<LocalFile, 'bytes' | 'contentType'>,
  options: {
    readonly signal: AbortSignal;
    /** Called with the bytes that have left so far, perhaps late. */
    readonly onSent: (sent: number) => void;
  },
) => Promise<void>;

/** Its errors hold nothing of a URL but its host: the rest is a secret. */
export function createUpload(server: Server, limits: Limits): Upload {
  return async (link, { bytes, contentType }, { signal, onSent }) => {
    const url = storageUrl(link, server);
    const answer = await exchange({
      method: 'PUT',
      body: bytes,
      target: { url: url.href },
      headers: { 'Content-Type': contentType },
      signal,
      deadlineMs: limits.uploadDeadlineMs,
      maxBytes: maxAnswerBytes,
      onSent,
    });
    if (!isSuccess(answer.status)) throw errorOfStorage('Upload to', url.host, answer);
  };
}

/** A file store answers with little or nothing. */
const maxAnswerBytes = 64 * 1024;

/** @see the OpenAPI document of v4, `WorkspaceFileUploadItem`; v3 takes no empty file either */
const maxFileBytes = 52_428_800;
const maxNameLength = 255;

/**
 * Uploads files one by one, each with a link of its own, as links live for five minutes.
 * @param options.getWorkspace asks the cloud for the workspace of a session, which may have none
 */
export function createUploadFiles({
  send,
  version,
  upload,
  getWorkspace,
}: {
  readonly send: SendRequest;
  readonly version: WorkspaceVersion;
  readonly upload: Upload;
  readonly getWorkspace: (sessionId: string, signal: AbortSignal) => Promise<string | undefined>;
}): TaskActions['uploadFiles'] {
  return async (files, { sessionId, earlier, signal, onProgress, onUploaded }) => {
    for (const file of files) refuseFile(file);
    const findWorkspace = async (): Promise<string> => {
      const known = sessionId === undefined ? undefined : await getWorkspace(sessionId, signal);
      return known ?? createWorkspace(send, version, signal);
    };
    let uploaded = earlier ?? { workspaceId: await findWorkspace(), files: [] };
    onUploaded?.(uploaded);
    let most = 0;
    const report = (sent: number): void => {
      if (sent > most) onProgress?.((most = sent));
    };
    let before = 0;
    for (const [index, file] of files.entries()) {
      const start = before;
      before += file.bytes.byteLength;
      if (index >= uploaded.files.length) {
        const { workspaceId } = uploaded;
        const { uploadUrl, id } = await announceFile(send, { version, workspaceId, file }, signal);
        await upload(uploadUrl, file, { signal, onSent: (sent) => report(start + sent) });
        uploaded = { workspaceId, files: [...uploaded.files, { name: file.name, id }] };
        onUploaded?.(uploaded);
      }
      report(before);
    }
    return uploaded;
  };
}

function refuseFile({ name, bytes }: LocalFile): void {
  const refuse = (field: string, text: string): never => {
    throw unsentError(text, `files.${field}`);
  };
  if (name === '' || name.length > maxNameLength)
    refuse('name', `A file's name has 1 to ${maxNameLength} characters`);
  if (bytes.byteLength === 0) refuse('size', 'The file is empty');
  if (bytes.byteLength > maxFileBytes) refuse('size', 'A file has 52 MB at most');
}

const workspaceSchema = z.object({ id: identifier });

const announcedSchema = z.object({
  files: listOf(z.object({ id: lenient(identifier), uploadUrl: webUrl })),
});

/** Makes a new workspace, and gives its ID. */
async function createWorkspace(
  send: SendRequest,
  version: WorkspaceVersion,
  signal: AbortSignal,
): Promise<string> {
  return send({
    method: 'POST',
    path: `/api/${version}/workspaces`,
    body: {},
    signal,
    notFoundKind: routeIsMissing,
    read: (answer) => understand(workspaceSchema, answer, 'the workspace').id,
  });
}

/** Where a file is to be put, and its ID in v4. The link is pinned to the file's type and length, and lives for five minutes. */
async function announceFile(
  send: SendRequest,
  {
    version,
    workspaceId,
    file: { name, contentType, bytes },
  }: {
    readonly version: WorkspaceVersion;
    readonly workspaceId: string;
    readonly file: LocalFile;
  },
  signal: AbortSignal,
): Promise<{ readonly uploadUrl: string; readonly id?: string | undefined }> {
  const file = await send({
    method: 'POST',
    path: path`/api/${version}/workspaces/${workspaceId}/files/upload`,
    body: { files: [{ name, contentType, size: bytes.byteLength }] },
    signal,
    notFoundKind: partIsMissing,
    read: (answer) => understand(announcedSchema, answer, 'a link for the file').files[0],
  });
  if (file?.uploadUrl !== undefined) return { uploadUrl: file.uploadUrl, id: file.id };
  throw new CloudError('badAnswer', 'The API promises a link for the file; the answer has none');
}
