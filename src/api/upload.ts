import type { Server } from '../core/cloud/baseUrl';
import type { LocalFile, UploadedFiles, UploadOptions } from '../core/cloud/taskActions';
import { unsentError } from './actions';
import { errorOfStorage, storageUrl } from './download';
import { exchange, isSuccess, type Limits } from './http';

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
 * @throws {CloudError} of kind `invalidRequest` before anything is sent, where a file is none that the cloud takes
 */
export async function uploadAll(
  files: readonly LocalFile[],
  { earlier, signal, onProgress, onUploaded }: UploadOptions,
  requests: {
    /** Finds or makes the workspace that they go into. */
    readonly findWorkspace: () => Promise<string>;
    /** Asks the cloud for the link of a file. */
    readonly announce: (
      workspaceId: string,
      file: LocalFile,
    ) => Promise<{ readonly uploadUrl: string; readonly id?: string | undefined }>;
    readonly upload: Upload;
  },
): Promise<UploadedFiles> {
  for (const file of files) refuseFile(file);
  let uploaded = earlier ?? { workspaceId: await requests.findWorkspace(), files: [] };
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
      const { uploadUrl, id } = await requests.announce(uploaded.workspaceId, file);
      await requests.upload(uploadUrl, file, { signal, onSent: (sent) => report(start + sent) });
      uploaded = { ...uploaded, files: [...uploaded.files, { name: file.name, id }] };
      onUploaded?.(uploaded);
    }
    report(before);
  }
  return uploaded;
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
