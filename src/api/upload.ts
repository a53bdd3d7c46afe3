import type { Server } from '../core/cloud/baseUrl';
import type { LocalFile, UploadedFiles } from '../core/cloud/taskActions';
import { unsentError } from './actions';
import { errorOfStorage, storageUrl } from './download';
import { exchange, isSuccess, type Limits } from './http';

/** Puts a file where a presigned link says, without the key. The link is pinned to the file's type and length. */
export type Upload = (
  link: string,
  file: Pick<LocalFile, 'bytes' | 'contentType'>,
  signal: AbortSignal,
) => Promise<void>;

/** Its errors hold nothing of a URL but its host: the rest is a secret. */
export function createUpload(server: Server, limits: Limits): Upload {
  return async (link, { bytes, contentType }, signal) => {
    const url = storageUrl(link, server);
    const answer = await exchange({
      method: 'PUT',
      body: bytes,
      target: { url: url.href },
      headers: { 'Content-Type': contentType },
      signal,
      deadlineMs: limits.uploadDeadlineMs,
      maxBytes: maxAnswerBytes,
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
 * @param announce asks the cloud for the link of a file
 * @throws {CloudError} of kind `invalidRequest` before anything is sent, where a file is none that the cloud takes
 */
export async function uploadAll(
  files: readonly LocalFile[],
  options: {
    /** The workspace that they go into. */
    readonly findWorkspace: () => Promise<string>;
    readonly announce: (
      workspaceId: string,
      file: LocalFile,
    ) => Promise<{ readonly uploadUrl: string; readonly id?: string | undefined }>;
    readonly upload: Upload;
    readonly signal: AbortSignal;
    readonly onProgress?: ((sent: number) => void) | undefined;
  },
): Promise<UploadedFiles> {
  for (const file of files) refuseFile(file);
  const { announce, upload, signal, onProgress } = options;
  const workspaceId = await options.findWorkspace();
  const uploaded: UploadedFiles['files'][number][] = [];
  let sent = 0;
  for (const file of files) {
    const { uploadUrl, id } = await announce(workspaceId, file);
    await upload(uploadUrl, file, signal);
    sent += file.bytes.byteLength;
    uploaded.push({ name: file.name, id });
    onProgress?.(sent);
  }
  return { workspaceId, files: uploaded };
}

function refuseFile({ name, bytes }: LocalFile): void {
  const refuse = (field: string, text: string): never => {
    throw unsentError(text, `files.${field}`);
  };
  if (name === '' || name.length > maxNameLength)
    refuse('name', `A file's name has 1 to ${maxNameLength} characters`);
  if (bytes.byteLength === 0) refuse('size', 'The file is empty');
  if (bytes.byteLength > maxFileBytes) refuse('size', 'A file has 50 MiB at most');
}
